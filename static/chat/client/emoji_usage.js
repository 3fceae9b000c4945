/** Emoji usage: which emoji a person uses, in localStorage, for the quick row and the picker. */

import { mostUsed, usesOf, withUse } from "../state/favourites.js";

/** @param {string} user @returns {string} the key in localStorage */
export const usageKey = (user) => `parlor.emoji.${user}`;

export class EmojiUsage {
  #key;
  #storage;

  /** @param {{user: string, storage?: Storage}} options */
  constructor({ user, storage = localStorage }) {
    this.#key = usageKey(user);
    this.#storage = storage;
  }

  /** The emoji that were used, the latest first. @returns {string[]} */
  get recent() {
    return this.#uses.map(([emoji]) => emoji);
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
