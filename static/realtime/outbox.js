/** Durable requests, written down before they are sent, repeated under one cid until answered or seen. */

/** @import {Clock, Entry, EntryStorage, Stored} from "./types.js" */
/** @import {Connection} from "./connection.js" */

/** @typedef {{changed: [string], answered: [Entry, Stored, number]}} OutboxFacts */

export class Outbox {
  /**
   * @param {object} options
   * @param {string} options.user whose entries these are
   * @param {Connection} options.connection
   * @param {EntryStorage} [options.storage] IndexedDB, or memory where there is none
   * @param {Clock} [options.clock]
   * @param {() => number} [options.random]
   */
  constructor(options) {
    void options;
  }

  /** Load what an earlier page left. @returns {Promise<void>} */
  async start() {}

  stop() {}

  /** Returns at once; `cid` is added to the params. @param {string} method @param {Record<string, any>} params @returns {Entry} */
  add(method, params) {
    throw new Error(`not yet ${method} ${params}`);
  }

  /** Send a failed one again. @param {string} cid */
  retry(cid) {
    void cid;
  }

  /** Forget one. @param {string} cid */
  remove(cid) {
    void cid;
  }

  /** Its event has come. @param {string | null | undefined} cid */
  seen(cid) {
    void cid;
  }

  /** In the order added, the failed ones too. @param {string} room @returns {Entry[]} */
  entries(room) {
    void room;
    return [];
  }

  /**
   * "changed" (room); "answered" (entry, stored, ms from send to answer).
   * @template {keyof OutboxFacts} K @param {K} fact @param {(...args: OutboxFacts[K]) => void} fn @returns {() => void} unsubscribes
   */
  on(fact, fn) {
    void [fact, fn];
    return () => {};
  }
}
