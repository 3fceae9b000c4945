/** PageVisibility tells the server that the page has been hidden for a while, and at once that it is visible again. */

/** @import {Connection} from "./connection.js" */
/** @import {Clock, Page} from "./types.js" */

import { realClock } from "./clock.js";

const HIDDEN_AFTER_MS = 5_000;

export class PageVisibility {
  #connection;
  #page;
  #clock;
  #hiddenAfterMs;
  #stays;
  #visible = true;
  /** @type {any} */
  #timer = null;

  /**
   * Make it with `hiddenAfterMs`, the time until a hidden page is told. While `stays` returns true it is not told.
   * @param {Connection} connection
   * @param {{page?: Page, clock?: Clock, hiddenAfterMs?: number, stays?: () => boolean}} [options]
   */
  constructor(
    connection,
    { page = globalThis, clock = realClock, hiddenAfterMs = HIDDEN_AFTER_MS, stays = () => false } = {},
  ) {
    this.#connection = connection;
    this.#page = page;
    this.#clock = clock;
    this.#hiddenAfterMs = hiddenAfterMs;
    this.#stays = stays;
  }

  start() {
    this.#page.addEventListener("visibilitychange", () => this.#changed());
    this.#connection.on("greeted", () => this.#visible || this.#tell(false));
    this.#changed();
  }

  #changed() {
    const hidden = this.#page.document?.visibilityState === "hidden";
    this.#clock.clearTimeout(this.#timer);
    if (!hidden) return this.#visible || this.#tell(true);
    if (this.#hiddenAfterMs > 0) this.#later(this.#hiddenAfterMs);
    else this.#leave();
  }

  #leave() {
    if (this.#stays()) this.#later(HIDDEN_AFTER_MS);
    else this.#tell(false);
  }

  /** @param {number} ms */
  #later(ms) {
    this.#timer = this.#clock.setTimeout(() => this.#leave(), ms);
  }

  /** @param {boolean} visible */
  #tell(visible) {
    this.#visible = visible;
    this.#connection.notify("session.seen", { visible });
  }
}
