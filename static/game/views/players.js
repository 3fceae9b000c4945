/** Players over the board: faces, names, the turn, and the clock. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Table} from "../state/types.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { say } from "../../chat/ui/words.js";
import { clockText, isHurry, nextTick } from "../state/clock.js";
import { maySit } from "../state/offers.js";
import { isMyTurn } from "../state/table.js";
import { sign } from "../ui/discs.js";
import { paintSeatFace, write } from "../ui/seats.js";
import { colourOf, nameOf } from "../ui/sentences.js";

export class Players {
  #root = byId("players", HTMLElement);
  #clock = byId("table-clock", HTMLElement);
  #client;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
    for (const [seat, player] of this.#players.entries()) part(player, ".player-sign", HTMLElement).append(sign(seat));
  }

  /** @param {Table} table @param {boolean} [isOver] false in the middle of a replay, where nobody has won yet */
  paint(table, isOver = true) {
    const state = this.#client.state();
    for (const [seat, player] of this.#players.entries()) this.#paintPlayer(player, seat, table, state, isOver);
    this.#tick(table);
  }

  stop() {
    clearTimeout(this.#timer);
  }

  get #players() {
    return /** @type {HTMLElement[]} */ ([...this.#root.querySelectorAll(".player")]);
  }

  /**
   * @param {HTMLElement} player @param {number} seat @param {Table} table @param {RoomState} state
   * @param {boolean} isOver
   */
  #paintPlayer(player, seat, table, state, isOver) {
    const moves = table.state === "playing" && table.turn === seat;
    const won = isOver && table.result?.winner === seat;
    const sits = table.seats[seat] === null && maySit(table, state);
    player.classList.toggle("moves", moves);
    player.classList.toggle("won", won);
    paintSeatFace(part(player, ".face", HTMLElement), table.seats[seat], state);
    write(part(player, ".player-name", HTMLElement), nameOf(table.seats[seat], state.people));
    part(player, ".player-name", HTMLElement).hidden = sits;
    part(player, "button", HTMLElement).hidden = !sits;
    write(
      part(player, ".player-note", HTMLElement),
      moves
        ? say(isMyTurn(table, state.me) ? "player.moves_you" : "player.moves")
        : won
          ? say("player.won")
          : colourOf(seat),
    );
  }

  /** Show the clock, by the server's time. @param {Table} table */
  #tick(table) {
    clearTimeout(this.#timer);
    const running = table.state === "playing" && table.deadline !== null;
    this.#clock.hidden = !running;
    if (!running) return;
    const left = Number(table.deadline) - this.#client.connection.serverNow();
    write(this.#clock, clockText(left));
    this.#clock.toggleAttribute("data-hurry", isHurry(left));
    if (left > 0) this.#timer = setTimeout(() => this.#tick(table), nextTick(left) + 5);
  }
}
