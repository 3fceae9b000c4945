/** Commands of a player to the server. An error is shown, and the table that comes with it is taken. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Level, Table} from "../state/types.js" */

import { confirmed } from "../../chat/ui/confirm.js";
import { toast } from "../../chat/ui/toast.js";
import { errorText } from "../../chat/ui/words.js";
import { tableReceived } from "../state/events.js";
import { tableOf } from "../state/table.js";

export class Commands {
  #client;
  /** @type {Set<string>} requests on their way; a second click is the same click */
  #going = new Set();

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** Create a table, alone or with the bot. @param {Level | null} [bot] */
  create(bot = null) {
    return this.#act("match.create", { game: "four", bot });
  }

  /** @param {Table} table @param {number} seat */
  sit({ match }, seat) {
    return this.#act("seat.take", { match, seat });
  }

  /** @param {Table} table */
  leave({ match }) {
    return this.#act("seat.leave", { match });
  }

  /** @param {Table} table @param {Level} bot */
  invite({ match, seats }, bot) {
    return this.#act("seat.bot", { match, seat: seats.indexOf(null), bot });
  }

  /** @param {Table} table @param {boolean} waiting */
  wait({ match }, waiting) {
    return this.#act("seat.wait", { match, waiting });
  }

  /** @param {Table} table */
  async resign({ match }) {
    if (await confirmed("resign", {})) await this.#act("match.resign", { match });
  }

  /** @param {Table} table */
  claim({ match }) {
    return this.#act("match.claim", { match });
  }

  /** @param {Table} table */
  rematch({ match }) {
    return this.#act("match.rematch", { match });
  }

  /**
   * @param {Table} table @param {number} move
   * @returns {Promise<import("../../realtime/protocol.js").RequestError | null>} the error, or null
   */
  play({ match, version }, move) {
    return this.#act("move.play", { match, version, move }, true);
  }

  /**
   * Return the tags of the match and of the version. After a restored backup the offsets alone may name others.
   * @param {Record<string, any>} params
   */
  #tags({ match, version }) {
    const table = match === undefined ? null : tableOf(this.#client.state(), match);
    if (!table?.t) return {};
    return version !== undefined && version === table.version
      ? { t: table.t, version_t: table.version_t }
      : { t: table.t };
  }

  /**
   * @param {string} method @param {Record<string, any>} params @param {boolean} [quietly]
   * @returns {Promise<any>} the error, or null
   */
  async #act(method, params, quietly = false) {
    const room = this.#client.shown;
    const key = JSON.stringify([room, method, params]);
    if (this.#going.has(key)) return null;
    this.#going.add(key);
    const error = await this.#client.act(method, { room, ...params, ...this.#tags(params) }).then(
      () => null,
      (refused) => refused,
    );
    this.#going.delete(key);
    const table = error?.data?.table;
    if (table) this.#client.dispatch(room, { type: "app", change: (state) => tableReceived(state, table) });
    if (error && !quietly) toast(errorText(error));
    return error;
  }
}
