/** Presence answers for a player whom the server asks whether they are still there. */

/** @import {Client} from "../../chat/client/client.js" */

import { realClock } from "../../realtime/clock.js";
import { myTable, seatOf } from "../state/table.js";

const AGAIN_MS = 1_000;
const TEMPORARY = [429, 503, 504];

export class Presence {
  /** @type {Set<string>} the claims that were answered */
  #answered = new Set();
  #client;
  #clock;

  /** @param {Client} client @param {{setTimeout: typeof realClock.setTimeout}} [clock] */
  constructor(client, clock = realClock) {
    this.#client = client;
    this.#clock = clock;
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
    const again = () => {
      this.#answered.delete(`${room} ${claim.o}`);
      this.#look(room);
    };
    const refused = (/** @type {any} */ { code }) =>
      TEMPORARY.includes(code) && this.#clock.setTimeout(again, AGAIN_MS); // else it is too late, and the table tells the result
    this.#client.act("match.present", { room, match: table.match, ...(table.t && { t: table.t }) }).catch(refused);
  }
}
