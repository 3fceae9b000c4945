/** Rooms that a tab keeps open: the shown one, and those that were shown last. */

/** @import {Position} from "../../realtime/types.js" */
/** @import {Subscriptions} from "../../realtime/subscriptions.js" */

const OPEN_AT_MOST = 4;

export class OpenRooms {
  /** @type {string[]} the shown room first */
  keys = [];
  /** @type {Set<string>} rooms that were open when the connection was lost, until they are open again */
  #lost = new Set();
  #subscriptions;

  /** @param {Subscriptions} subscriptions */
  constructor(subscriptions) {
    this.#subscriptions = subscriptions;
  }

  /**
   * Open a room and close the one that was shown longest ago.
   * @param {string} key @param {Position | null} position @returns {boolean} whether it was open already
   */
  open(key, position) {
    const wasOpen = this.keys.includes(key);
    this.keys = [key, ...this.keys.filter((other) => other !== key)];
    for (const other of this.keys.splice(OPEN_AT_MOST)) this.#subscriptions.close(other);
    if (!wasOpen) this.#subscriptions.open(key, position);
    return wasOpen;
  }

  /** Close a room that has left the list. Else other people would see the reader there. @param {string} key */
  close(key) {
    if (this.keys.includes(key)) this.#subscriptions.close(key);
    this.forget(key);
  }

  /** Forget a room that is closed already. @param {string} key */
  forget(key) {
    this.keys = this.keys.filter((other) => other !== key);
  }

  connectionLost() {
    for (const key of this.keys) this.#lost.add(key);
  }

  /** Return once whether the connection was lost since the room was last open. @param {string} key @returns {boolean} */
  takeLost(key) {
    return this.#lost.delete(key);
  }
}
