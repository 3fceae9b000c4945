/** What is typed and not sent, a room each, in localStorage: the last edit wins across tabs. */

/** @typedef {{changed: [string, string]}} DraftsFacts */

export class Drafts {
  /** @param {{user: string, storage?: Storage, page?: EventTarget}} options */
  constructor(options) {
    void options;
  }

  start() {}

  stop() {}

  /** @param {string} room @returns {string} "" where there is none */
  get(room) {
    void room;
    return "";
  }

  /** @param {string} room @param {string} text "" forgets it */
  set(room, text) {
    void [room, text];
  }

  /**
   * "changed" (room, text) when another tab typed.
   * @template {keyof DraftsFacts} K @param {K} fact @param {(...args: DraftsFacts[K]) => void} fn @returns {() => void} unsubscribes
   */
  on(fact, fn) {
    void [fact, fn];
    return () => {};
  }
}
