/** Is the page before somebody's eyes? Told when it has been hidden for a while, and at once when it is seen again. */

/** @import {Connection} from "./connection.js" */
/** @import {Clock, Page} from "./types.js" */

import { realClock } from "./clock.js";

const PATIENCE_MS = 5_000;

export class Seen {
  #connection;
  #page;
  #clock;
  #patience;
  #stays;
  #visible = true;
  /** @type {any} */
  #timer = null;

  /** `patience`: ms; while `stays` a hidden page is not told. @param {Connection} connection @param {{page?: Page, clock?: Clock, patience?: number, stays?: () => boolean}} [options] */
  constructor(connection, { page = globalThis, clock = realClock, patience = PATIENCE_MS, stays = () => false } = {}) {
    this.#connection = connection;
    this.#page = page;
    this.#clock = clock;
    this.#patience = patience;
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
    if (this.#patience > 0) this.#later(this.#patience);
    else this.#leave();
  }

  #leave() {
    if (this.#stays()) this.#later(PATIENCE_MS);
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
