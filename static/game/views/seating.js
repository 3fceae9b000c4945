/** Seating decides which table is open in which room: where the reader sits or watches, until the reader closes it. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {TablePanel} from "./panel.js" */
/** @import {Place} from "./place.js" */

import { myTable, tableOf } from "../state/table.js";

export class Seating {
  #client;
  #panel;
  #place;
  /** @type {Map<string, {match: number, open: boolean}>} by room */
  #tables = new Map();
  /** @type {Set<string>} tables that have opened by themselves */
  #sat = new Set();

  /** @param {Client} client @param {TablePanel} panel @param {Place} place */
  constructor(client, panel, place) {
    this.#client = client;
    this.#panel = panel;
    this.#place = place;
  }

  start() {
    this.#place.on("closed", () => this.#turn(false));
    this.#place.on("opened", () => this.#turn(true));
    this.#client.on("shown", () => this.#roomShown());
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#look());
    this.#look();
  }

  /** Show a table that the reader asked for. @param {number} match */
  show(match) {
    this.#put(match);
    this.#place.fold(false);
    this.#panel.focus();
  }

  #roomShown() {
    this.#arrange();
    this.#look();
  }

  /** Open the table at which the reader has sat down, on this or another device, and follow to the rematch. */
  #look() {
    const state = this.#client.state();
    const mine = myTable(state);
    const seen = this.#tables.get(this.#client.shown);
    const next = seen && tableOf(state, seen.match)?.rematch;
    if (mine) this.#satDown(mine);
    if (seen && next && tableOf(state, next)) this.#put(next, seen.open);
    else this.#unfold(mine);
  }

  /** @param {import("../state/types.js").Table} table */
  #satDown({ match, state }) {
    const key = `${this.#client.shown} ${match}`;
    if (this.#sat.has(key)) return;
    this.#sat.add(key);
    this.#put(match);
    const writes = isWriting();
    this.#place.fold(state === "open" || writes);
    if (!writes && isFocusFree(this.#place.isSmall)) this.#panel.focus();
  }

  /**
   * Unfold the table of a reader who waits, when the game begins.
   * @param {import("../state/types.js").Table | null} mine
   */
  #unfold(mine) {
    const key = `${this.#client.shown} ${mine?.match} playing`;
    if (mine?.state !== "playing" || this.#sat.has(key)) return;
    this.#sat.add(key);
    if (isWriting()) return;
    this.#place.fold(false);
    if (isFocusFree(this.#place.isSmall)) this.#panel.focus();
  }

  /** @param {number} match @param {boolean} [open] */
  #put(match, open = true) {
    this.#tables.set(this.#client.shown, { match, open });
    this.#arrange();
  }

  /** @param {boolean} open */
  #turn(open) {
    const known = this.#tables.get(this.#client.shown);
    if (known) this.#put(known.match, open);
  }

  #arrange() {
    const known = this.#tables.get(this.#client.shown);
    this.#panel.turnTo(known?.match ?? null);
    this.#place.become(!known ? "none" : known.open ? "open" : "offered");
  }
}

/** Return whether the reader is writing a message and keeps the keyboard. An empty field does not count. */
function isWriting() {
  const { activeElement } = document;
  return activeElement instanceof HTMLTextAreaElement && activeElement.id === "text" && activeElement.value !== "";
}

/**
 * Return whether the board may take the focus. On a phone it may take it from the composer, whose keyboard would cover
 * the board.
 * @param {boolean} isSmall
 */
function isFocusFree(isSmall) {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || (isSmall && activeElement.id === "text");
}
