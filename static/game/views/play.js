/** Play makes the reader's own moves. A disc falls in the same frame, and the answer of the server replaces it. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Table, View} from "../state/types.js" */
/** @import {Commands} from "./commands.js" */

import { toast } from "../../chat/ui/toast.js";
import { errorText, say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";
import { landing, NOTHING, withDisc } from "../state/four.js";
import { isMyTurn, movesMade, seatOf, tableOf } from "../state/table.js";

const TRIES = 3;

/** Event "changed": another disc is pending, or none. @extends {Emitter<{changed: []}>} */
export class Play extends Emitter {
  #commands;
  #state;
  /** @type {{match: number, moves: number, column: number} | null} */
  #pending = null;

  /** @param {Commands} commands @param {() => RoomState} state */
  constructor(commands, state) {
    super();
    this.#commands = commands;
    this.#state = state;
  }

  /** @param {Table} table @returns {number | null} the seat whose disc the reader may drop now */
  holds(table) {
    const { me } = this.#state();
    return isMyTurn(table, me) && !this.isPending(table) ? seatOf(table, me) : null;
  }

  /** @param {Table} table */
  isPending(table) {
    return (
      this.#pending?.match === table.match && this.#pending.moves === movesMade(table) && table.state === "playing"
    );
  }

  /** Return the board of the table with the pending disc. @param {Table} table @returns {View} */
  view(table) {
    const view = table.view ?? NOTHING;
    return this.#pending && this.isPending(table) && table.turn !== null
      ? withDisc(view, this.#pending.column, table.turn)
      : view;
  }

  /** @param {Table} table @param {number} column */
  async drop(table, column) {
    if (this.holds(table) === null) return;
    if (landing(table.view ?? NOTHING, column) === null) return toast(say("problem.full_column"));
    this.#become({ match: table.match, moves: movesMade(table), column });
    const error = await this.#sent(table, column);
    if (!error) return;
    if (this.#pending?.match === table.match) this.#become(null);
    toast(errorText(error));
  }

  /**
   * Send the move, and send it again when the table is newer only because the queue has changed.
   * @param {Table} table @param {number} column
   */
  async #sent(table, column) {
    for (let latest = table, left = TRIES; ; left -= 1) {
      const error = await this.#commands.play(latest, column);
      latest = tableOf(this.#state(), table.match) ?? table;
      if (error?.type !== "stale" || left === 0 || movesMade(latest) !== movesMade(table) || latest.turn !== table.turn)
        return error;
    }
  }

  /** @param {{match: number, moves: number, column: number} | null} pending */
  #become(pending) {
    this.#pending = pending;
    this.emit("changed");
  }
}
