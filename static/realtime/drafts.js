/**
 * Drafts are texts that are typed and not sent, one for each room, in localStorage. The last edit wins across tabs.
 * Other kinds keep what belongs to such a text, such as the message that it answers.
 */

import { Emitter } from "./emitter.js";

/** The value of this key in localStorage is the person who is about to log out in this browser. */
export const LEAVING = "parlor.leaving";

/** @typedef {"draft" | "reply" | "search"} Kind */

export const KINDS = /** @type {const} */ (["draft", "reply", "search"]);

const prefixOf = (/** @type {string} */ user, /** @type {Kind} */ kind) => `parlor.${kind}.${user}.`;

/** @param {string} user @param {Storage} storage @param {Kind} [kind] @returns {string[]} the keys of the person's drafts */
export function draftsOf(user, storage, kind = "draft") {
  const keys = Array.from({ length: storage.length }, (_, n) => storage.key(n) ?? "");
  return keys.filter((key) => key.startsWith(prefixOf(user, kind)));
}

/** @extends {Emitter<{changed: [room: string, text: string]}>} "changed" by another tab */
export class Drafts extends Emitter {
  /** @type {Map<string, string>} */
  #texts = new Map();
  #user;
  #prefix;
  #storage;
  #leaves = false;

  /** @param {{user: string, kind?: Kind, storage?: Storage, page?: EventTarget}} options */
  constructor({ user, kind = "draft", storage = localStorage, page = globalThis }) {
    super();
    this.#user = user;
    this.#prefix = prefixOf(user, kind);
    this.#storage = storage;
    page.addEventListener("storage", (event) => this.#changedElsewhere(/** @type {StorageEvent} */ (event)));
  }

  /** @param {string} room @returns {string} "" where there is none */
  get(room) {
    return this.#texts.get(room) ?? this.#storage.getItem(this.#prefix + room) ?? "";
  }

  /** @param {string} room @param {string} text "" deletes it */
  set(room, text) {
    this.#texts.set(room, text);
    if (this.#leaves) return;
    try {
      if (text) this.#storage.setItem(this.#prefix + room, text);
      else this.#storage.removeItem(this.#prefix + room);
    } catch {
      // The storage is full. The text stays as long as the page.
    }
  }

  /** @param {StorageEvent} event */
  #changedElsewhere({ key, newValue }) {
    if (key === LEAVING && newValue === this.#user) this.#leaves = true; // a log-out in another tab: nothing is stored any more
    if (!key?.startsWith(this.#prefix)) return;
    const room = key.slice(this.#prefix.length);
    this.#texts.set(room, newValue ?? "");
    this.emit("changed", room, newValue ?? "");
  }
}
