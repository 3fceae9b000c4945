/**
 * Heartbeat finds a dead connection. After a silence, or on suspicion, it sends a ping; without any answer the
 * connection is dead.
 */

/** @import {Clock} from "./types.js" */

const SILENCE_MS = 31_000;
const PROBE_MS = 4_000;

export class Heartbeat {
  #clock;
  #line;
  #heardAt = 0;
  #probing = false;
  /** @type {any} */
  #timer = null;

  /** @param {Clock} clock @param {{probe: () => void, dead: () => void}} line */
  constructor(clock, line) {
    this.#clock = clock;
    this.#line = line;
  }

  start() {
    this.heard();
    this.#listen(SILENCE_MS);
  }

  stop() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  heard() {
    this.#heardAt = this.#clock.now();
    this.#probing = false;
  }

  suspect() {
    if (this.#timer === null || this.#probing) return;
    this.#probing = true;
    this.#listen(PROBE_MS);
    this.#line.probe();
  }

  /**
   * Wait. One timer serves all frames: it compares the time of the last one, instead of being restarted by each.
   * @param {number} ms
   */
  #listen(ms) {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => this.#elapsed(), ms);
  }

  #elapsed() {
    const left = this.#heardAt + SILENCE_MS - this.#clock.now();
    if (this.#probing) this.#line.dead();
    else if (left > 0) this.#listen(left);
    else this.suspect();
  }
}
