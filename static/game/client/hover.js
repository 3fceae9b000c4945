/** Hover tells the others over which column the player holds a disc: on a change only, at most five times a second. */

/** @import {Client} from "../../chat/client/client.js" */

const EVERY_MS = 200;

export class Hover {
  #client;
  /** @type {string} the last message to the server */
  #told = "";
  /** @type {any} */
  #timer = null;
  /** @type {{room: string, match: number, column: number | null} | null} */
  #next = null;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** @param {number} match @param {number | null} column */
  hold(match, column) {
    this.#next = { room: this.#client.shown, match, column };
    if (this.#timer === null) this.#tell();
  }

  #tell() {
    const next = this.#next;
    const word = JSON.stringify(next);
    this.#timer = null;
    if (!next || word === this.#told || (next.column === null && this.#told === "")) return;
    this.#told = next.column === null ? "" : word;
    this.#client.connection.notify("move.hover", next);
    this.#timer = setTimeout(() => this.#tell(), EVERY_MS);
  }
}
