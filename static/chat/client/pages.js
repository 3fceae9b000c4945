/** Pages fetches history: at an end of the window, around a message, or the newest messages. */

/** @import {Cursor} from "../state/types.js" */
/** @import {Client} from "./client.js" */

import { realClock } from "../../realtime/clock.js";
import { ConnectionLost } from "../../realtime/protocol.js";
import { cursor } from "../state/store.js";

const PAUSE_MS = 2000;

export class Pages {
  #client;
  /** No page is requested before this time, after a failure. */
  #pausedUntil = 0;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** Request the next page at one end of the window. @param {"before" | "after"} side */
  more(side) {
    const next = cursor(this.#client.state(), side);
    const mayAsk = this.#client.state().asking === 0 && realClock.now() >= this.#pausedUntil;
    if (next && mayAsk && this.#client.connection.state.name === "ready") this.#get(next);
  }

  /**
   * Request the page around an offset. Repeat the request after a lost connection, until the page arrives, the server
   * refuses it, or another room is shown.
   * @param {number} o
   */
  async around(o) {
    const { shown } = this.#client;
    for (let comes = false; !comes && this.#client.shown === shown; ) {
      await this.#client.ready();
      await this.#known();
      comes = await this.#get({ around: o });
    }
  }

  /**
   * Request the page around the greatest possible offset. Messages that arrive while the connection comes back may be
   * beyond the known head.
   */
  async newest() {
    if (this.#client.state().after) await this.around(Number.MAX_SAFE_INTEGER);
  }

  /** Return a promise that resolves when the shown room has its first snapshot. @returns {Promise<void>} */
  #known() {
    if (this.#client.state().room) return Promise.resolve();
    return new Promise((resolve) => {
      const heard = this.#client.on("roomChanged", () => this.#client.state().room && resolve(heard()));
    });
  }

  /** @param {Cursor} at @returns {Promise<boolean>} false when the connection was lost before an answer */
  async #get(at) {
    const key = this.#client.shown;
    this.#client.dispatch(key, { type: "pageAsked" });
    try {
      const page = await this.#client.connection.request("history.page", { room: key, ...at });
      this.#client.dispatch(key, { type: "page", cursor: at, page });
      return true;
    } catch (error) {
      const lost = error instanceof ConnectionLost;
      if (!lost) this.#pausedUntil = realClock.now() + PAUSE_MS;
      this.#client.dispatch(key, { type: "pageFailed" });
      return !lost;
    }
  }
}
