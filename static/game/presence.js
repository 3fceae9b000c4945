/** A player who is called because they seem to be away answers by being here: the page does it for them. */

/** @import {Client} from "../chat/client.js" */
import { myTable, seatOf } from "./table.js";

export class Presence {
  /** @type {Set<string>} the claims that were answered */
  #answered = new Set();
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#client.on("roomChanged", (key) => this.#look(key));
  }

  /** @param {string} room */
  #look(room) {
    if (!this.#client.open.includes(room)) return;
    const state = this.#client.state(room);
    const table = myTable(state);
    const claim = table?.claim;
    if (!table || !claim || claim.seat !== seatOf(table, state.me) || this.#answered.has(`${room} ${claim.o}`)) return;
    this.#answered.add(`${room} ${claim.o}`);
    this.#client.act("match.present", { room, match: table.match, ...(table.t && { t: table.t }) }).catch(() => undefined); // too late: the table says how it ended
  }
}
