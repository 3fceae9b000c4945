/** Watch requests the numbers every two seconds while the page is visible, and tells when they are old. */

/** @import {Connection} from "../realtime/connection.js" */
/** @import {Live} from "./types.js" */

import { Emitter } from "../realtime/emitter.js";

const EVERY_MS = 2000;
const OLD_MS = 6000;

/** @extends {Emitter<{read: [Live], refused: [Error], aged: [boolean]}>} */
export class Watch extends Emitter {
  #connection;
  #asking = false;
  #readAt = 0;

  /** @param {Connection} connection */
  constructor(connection) {
    super();
    this.#connection = connection;
  }

  start() {
    this.#connection.on("greeted", () => this.#ask());
    document.addEventListener("visibilitychange", () => this.#ask());
    setInterval(() => this.#ask(), EVERY_MS);
  }

  async #ask() {
    this.emit("aged", this.#readAt > 0 && performance.now() - this.#readAt > OLD_MS);
    if (this.#asking || document.visibilityState === "hidden" || this.#connection.state.name !== "ready") return;
    this.#asking = true;
    try {
      const told = await this.#connection.request("live.read", {});
      this.#readAt = performance.now();
      this.emit("read", told);
    } catch (error) {
      this.emit("refused", /** @type {Error} */ (error));
    } finally {
      this.#asking = false;
    }
  }
}
