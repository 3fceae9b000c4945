/** History fetched page by page: what is near an end of the window, what is around a message, what is newest. */

/** @import {Cursor} from "../state/types.js" */
/** @import {Client} from "./client.js" */

import { realClock } from "../../realtime/clock.js";
import { ConnectionLost } from "../../realtime/protocol.js";
import { cursor } from "../state/store.js";

const PAUSE_MS = 2000;

export class Pages {
  #client;
  /** After a failure nothing is asked for a while. */
  #pausedUntil = 0;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** The next page at one end of what is held. @param {"before" | "after"} side */
  more(side) {
    const next = cursor(this.#client.state(), side);
    const mayAsk = this.#client.state().asking === 0 && realClock.now() >= this.#pausedUntil;
    if (next && mayAsk && this.#client.connection.state.name === "ready") this.#get(next);
  }

  /** Until it has come, another room is looked at, or it is refused: the connection may be lost before it is known to be.
   * @param {number} o */
  async around(o) {
    const { shown } = this.#client;
    for (let comes = false; !comes && this.#client.shown === shown; ) {
      await this.#client.ready();
      await this.#known();
      comes = await this.#get({ around: o });
    }
  }

  /** ContextView the greatest offset there can be: what comes with a message that is only just back may be beyond the head. */
  async newest() {
    if (this.#client.state().after) await this.around(Number.MAX_SAFE_INTEGER);
  }

  /** The room looked at has its first snapshot. @returns {Promise<void>} */
  #known() {
    if (this.#client.state().room) return Promise.resolve();
    return new Promise((resolve) => {
      const heard = this.#client.on("roomChanged", () => this.#client.state().room && resolve(heard()));
    });
  }

  /** @param {Cursor} at @returns {Promise<boolean>} false: the connection was lost, and nobody has answered */
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
