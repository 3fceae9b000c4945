/** Drafts are texts that are typed and not sent, one for each room, in localStorage. The last edit wins across tabs. */

import { Emitter } from "./emitter.js";

/** The value of this key in localStorage is the person who is about to log out in this browser. */
export const LEAVING = "parlor.leaving";

const prefixOf = (/** @type {string} */ user) => `parlor.draft.${user}.`;

/** @param {string} user @param {Storage} storage @returns {string[]} the keys of the person's drafts */
export function draftsOf(user, storage) {
  const keys = Array.from({ length: storage.length }, (_, n) => storage.key(n) ?? "");
  return keys.filter((key) => key.startsWith(prefixOf(user)));
}

/** @extends {Emitter<{changed: [room: string, text: string]}>} "changed" by another tab */
export class Drafts extends Emitter {
  /** @type {Map<string, string>} */
  #texts = new Map();
  #user;
  #prefix;
  #storage;
  #leaves = false;

  /** @param {{user: string, storage?: Storage, page?: EventTarget}} options */
  constructor({ user, storage = localStorage, page = globalThis }) {
    super();
    this.#user = user;
    this.#prefix = prefixOf(user);
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
