/** TablePanel shows one match of the room beside the timeline. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Table} from "../state/types.js" */
/** @import {Play} from "./play.js" */
/** @import {Replay} from "./replay.js" */

import { byId } from "../../chat/ui/dom.js";
import { say } from "../../chat/ui/words.js";
import { Absence } from "../client/absence.js";
import { Hover } from "../client/hover.js";
import { NOTHING } from "../state/four.js";
import { offers } from "../state/offers.js";
import { isMyTurn, seatOf, tableOf } from "../state/table.js";
import { rebuild, write } from "../ui/seats.js";
import { announced, queued, scored, status } from "../ui/sentences.js";
import { Board } from "./board.js";
import { buttonsFor } from "./buttons.js";
import { Players } from "./players.js";

const LOOK_EVERY_MS = 1000;

export class TablePanel {
  #board = new Board(byId("board", HTMLElement));
  #actions = byId("table-acts", HTMLElement);
  #status = byId("table-status", HTMLElement);
  #live = byId("table-live", HTMLElement);
  #absence = new Absence();
  #players;
  #hover;
  #client;
  #play;
  #replay;
  /** @type {number | null} */
  #match = null;
  /** The table and version that were announced last. */
  #said = "";
  #frame = 0;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client @param {Play} play @param {Replay} replay */
  constructor(client, play, replay) {
    this.#client = client;
    this.#play = play;
    this.#replay = replay;
    this.#players = new Players(client);
    this.#hover = new Hover(client);
  }

  start() {
    this.#board.on("chosen", (column) => this.#chosen(column));
    this.#board.on("held", (column) => this.#held(column));
    this.#play.on("changed", () => this.#paint());
    this.#replay.on("turned", () => this.#paint());
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.schedule());
    byId("table", HTMLElement).addEventListener("keydown", (event) => this.#keyPressed(event));
  }

  /** @returns {Table | null} */
  get table() {
    return this.#match === null ? null : tableOf(this.#client.state(), this.#match);
  }

  /** @param {number | null} match */
  turnTo(match) {
    this.#match = match;
    this.#said = "";
    this.#live.textContent = "";
    if (this.#replay.shown?.table.match !== match) this.#replay.close();
    this.#paint();
  }

  focus() {
    if (this.#replay.shown) this.#replay.focus();
    else this.#board.focus();
  }

  /** Take the waiting time that the server tells, until the win may be claimed. @param {number} ms */
  wait(ms) {
    this.#absence.wait(ms);
    this.#paint();
  }

  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
    const { table } = this;
    if (!table) return this.#players.stop();
    const state = this.#client.state();
    write(byId("table-title", HTMLElement), say(`game.${table.game}`));
    this.#players.paint(table, this.#replay.shown?.isAtEnd ?? true);
    this.#paintBoard(table, state);
    this.#paintStatus(table, state);
    this.#paintActions(table, state);
    this.#announce(table, state);
  }

  /** @param {Table} table @param {RoomState} state */
  #paintBoard(table, state) {
    const replay = this.#replay.shown;
    const held = this.#play.holds(table);
    const ghost = ghostOver(table, state);
    if (replay)
      this.#board.paint({
        of: `replay ${table.match}`,
        view: replay.step.view ?? NOTHING,
        seat: null,
        ghost: null,
        pending: false,
        mine: null,
      });
    else
      this.#board.paint({
        of: `${this.#client.shown} ${table.match}`,
        view: this.#play.view(table),
        seat: held,
        ghost,
        pending: this.#play.isPending(table),
        mine: seatOf(table, state.me),
      });
  }

  /** @param {Table} table @param {RoomState} state */
  #paintStatus(table, state) {
    write(this.#status, status(table, state));
    write(byId("table-queue", HTMLElement), queued(table, state) || scored(table, state));
    this.#status.hidden = this.#replay.shown !== null;
    this.#status.dataset.mood = moodOf(table, state);
  }

  /** @param {Table} table @param {RoomState} state */
  #paintActions(table, state) {
    const called = table.claim ? table.claim.until - this.#client.connection.serverNow() : null;
    const wait = called ?? this.#absence.left(table, state);
    const list = offers(table, state).filter((offer) => offer !== "claim" || wait !== null);
    rebuild(this.#actions, [table.match, list], () => buttonsFor(table, list, this.#client.shown));
    this.#actions.hidden = this.#replay.shown !== null || list.length === 0;
    const claim = this.#actions.querySelector("[data-do=claim]");
    if (claim instanceof HTMLButtonElement) paintClaim(claim, wait ?? 0, called !== null);
    if (wait !== null && wait > 0) this.#timer = setTimeout(() => this.schedule(), LOOK_EVERY_MS);
  }

  /**
   * Announce a change to screen readers, but not the state that was found at first.
   * @param {Table} table @param {RoomState} state
   */
  #announce(table, state) {
    const now = `${table.match} ${table.version}`;
    if (now === this.#said) return;
    if (this.#said !== "") write(this.#live, announced(table, state));
    this.#said = now;
  }

  /** @param {number} column */
  #chosen(column) {
    const { table } = this;
    if (!table || this.#replay.shown) return;
    this.#play.drop(table, column);
  }

  /** @param {number | null} column */
  #held(column) {
    const { table } = this;
    if (table && (column === null || this.#play.holds(table) !== null)) this.#hover.hold(table.match, column);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (!/^[1-7]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#chosen(Number(event.key) - 1);
    event.preventDefault();
  }
}

/** @param {Table} table @param {RoomState} state @returns {string} */
function moodOf(table, { me }) {
  if (table.state === "playing") return isMyTurn(table, me) ? "mine" : "theirs";
  const winner = table.state === "over" ? table.result?.winner : null;
  return winner !== null && winner !== undefined && winner === seatOf(table, me) ? "won" : table.state;
}

/**
 * Return the disc that the player whose turn it is holds over the board.
 * @param {Table} table @param {RoomState} state
 */
function ghostOver(table, { slots, me }) {
  const user = table.turn === null ? undefined : table.seats[table.turn]?.user;
  const held = user && user !== me ? slots.hover?.[user] : null;
  return held?.match === table.match && held.column !== null
    ? { column: held.column, seat: seatOf(table, user ?? null) }
    : null;
}

/**
 * @param {HTMLButtonElement} element @param {number} wait ms
 * @param {boolean} called whether the opponent was asked if they are present
 */
function paintClaim(element, wait, called) {
  const seconds = Math.max(0, Math.ceil(wait / 1000));
  element.disabled = called || seconds > 0;
  if (called) write(element, say("do.claimed", { seconds }));
  else write(element, seconds > 0 ? say("do.claim_in", { seconds }) : say("do.claim"));
}
