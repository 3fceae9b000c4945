/** Emoji usage: the emoji with which a person reacts, in localStorage until log-out, for the quick row. */

import { keptKey } from "../../realtime/browser_data.js";
import { mostUsed, usesOf, withUse } from "../state/favourites.js";

export class EmojiUsage {
  #key;
  #storage;

  /** @param {{user: string, storage?: Storage}} options */
  constructor({ user, storage = localStorage }) {
    this.#key = keptKey(user, "reactions");
    this.#storage = storage;
  }

  /** Return the most used emoji, filled up with those that everybody is offered. @param {number} n @returns {string[]} */
  most(n) {
    return mostUsed(this.#uses, n);
  }

  /** Count a use. @param {string} emoji */
  use(emoji) {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(withUse(this.#uses, emoji)));
    } catch {
      // The storage is full: the order of the favourites stays.
    }
  }

  get #uses() {
    try {
      return usesOf(JSON.parse(this.#storage.getItem(this.#key) ?? "[]"));
    } catch {
      return [];
    }
  }
}
