/** Absence measures how long the opponent has been away, as far as this page knows. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Table} from "../state/types.js" */

import { realClock } from "../../realtime/clock.js";
import { opponentOf } from "../state/table.js";

const CLAIM_AFTER_MS = 30_000;

export class Absence {
  /** @type {string} */
  #who = "";
  /** @type {number | null} */
  #claimableAt = null;

  /**
   * Return the time until the win may be claimed, in ms, or null while the opponent is present.
   * @param {Table} table @param {RoomState} state @returns {number | null}
   */
  left(table, state) {
    const user = opponentOf(table, state.me)?.user;
    const away = table.state === "playing" && user !== undefined && !state.presence[user];
    const who = `${table.match} ${user}`;
    if (!away || who !== this.#who) this.#claimableAt = null;
    this.#who = who;
    if (!away) return null;
    this.#claimableAt ??= realClock.now() + CLAIM_AFTER_MS;
    return Math.max(0, this.#claimableAt - realClock.now());
  }

  /** Take the waiting time that the server tells. @param {number} ms */
  wait(ms) {
    if (this.#claimableAt !== null) this.#claimableAt = realClock.now() + ms;
  }
}
