/** Board: a drawing, with a button over each column. */

/** @import {View} from "../state/types.js" */

import { make } from "../../chat/ui/dom.js";
import { count, say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";
import { COLUMNS, isWinning, landing, ROWS } from "../state/four.js";
import { burst, disc, plate, ring, stroke } from "../ui/discs.js";

const AT_ONCE = 2;

/**
 * `of`: the match of the board; another one is painted without falling discs. `mine`: the reader's seat, whose win is
 * celebrated. `seat`: the seat whose disc the pointer holds, or null.
 * @typedef {{of: string, view: View, seat: number | null, ghost: {column: number, seat: number} | null, pending: boolean, mine: number | null}} BoardView
 */

/**
 * Events. "chosen": a column to play. "held" (column or null): the column over which the player holds a disc.
 * @extends {Emitter<{chosen: [number], held: [number | null]}>}
 */
export class Board extends Emitter {
  #plate = plate();
  #columns = Array.from({ length: COLUMNS }, (_, column) => this.#button(column));
  #group = make("div", "board-columns");
  /** @type {BoardView | null} */
  #shown = null;
  /** @type {Map<string, SVGElement>} */
  #discs = new Map();
  /** @type {number | null} column under the pointer or the focus */
  #held = null;
  #marked = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.#group.role = "group";
    this.#group.ariaLabel = say("board.columns");
    this.#group.append(...this.#columns);
    this.#group.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#group.addEventListener("pointerleave", () => this.#hold(null));
    this.#group.addEventListener("focusout", () => this.#hold(null));
    root.append(this.#plate.svg, this.#group);
  }

  /** @param {BoardView} board */
  paint(board) {
    const before = this.#shown?.of === board.of ? this.#discs.size : Infinity;
    this.#shown = board;
    this.#paintDiscs(board, before);
    this.#paintMarks(board);
    for (const [column, button] of this.#columns.entries()) this.#label(button, column, board);
    this.#paintGhost();
  }

  focus() {
    this.#columns.find(({ tabIndex }) => tabIndex === 0)?.focus();
  }

  /** @param {number} column @returns {HTMLButtonElement} */
  #button(column) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "board-column"));
    button.type = "button";
    button.tabIndex = column === 3 ? 0 : -1;
    button.addEventListener("click", () => this.emit("chosen", column));
    button.addEventListener("pointerenter", ({ pointerType }) => pointerType !== "touch" && this.#hold(column));
    button.addEventListener("focus", () => this.#focused(column));
    return button;
  }

  /** @param {HTMLButtonElement} button @param {number} column @param {BoardView} board */
  #label(button, column, { view, seat }) {
    const discs = view.columns[column].length;
    const label =
      discs < ROWS ? count("board.column", discs, { column: column + 1 }) : say("board.full", { column: column + 1 });
    const colours = view.columns[column].map((whose) => say(whose === 0 ? "seat.red" : "seat.gold"));
    if (button.ariaLabel !== label) button.ariaLabel = label;
    button.setAttribute("aria-description", discs > 0 ? say("board.from_below", { colours: colours.join(", ") }) : "");
    button.ariaDisabled = String(seat === null || discs === ROWS);
  }

  /**
   * Paint the discs. New ones fall, unless the whole position is new.
   * @param {BoardView} board @param {number} before
   */
  #paintDiscs({ view, pending }, before) {
    const wanted = new Map(
      view.columns.flatMap((column, x) =>
        column.map((seat, y) => [`${x} ${y} ${seat}`, /** @type {const} */ ([x, y, seat])]),
      ),
    );
    for (const [key, element] of this.#discs) if (!wanted.has(key) && this.#discs.delete(key)) element.remove();
    const fresh = [...wanted].filter(([key]) => !this.#discs.has(key));
    const falls = wanted.size > before && fresh.length <= AT_ONCE ? "falls" : "";
    for (const [key, [x, y, seat]] of fresh) this.#discs.set(key, disc(x, y, seat, falls));
    this.#plate.discs.append(...fresh.map(([key]) => /** @type {SVGElement} */ (this.#discs.get(key))));
    const last =
      view.last &&
      this.#discs.get(`${view.last.column} ${view.last.row} ${view.columns[view.last.column][view.last.row]}`);
    for (const element of this.#discs.values()) element.classList.toggle("pending", pending && element === last);
  }

  /** @param {BoardView} board */
  #paintMarks({ view, mine }) {
    const { last, line } = view;
    const marked = JSON.stringify([last, line, mine]);
    if (marked === this.#marked) return; // painting again would restart the animation
    this.#marked = marked;
    const won = (line ?? []).map(([column, row]) => ring(column, row, "board-won"));
    const latest = last && !isWinning(view, last.column, last.row) ? [ring(last.column, last.row, "board-last")] : [];
    const through = line ? [stroke(line[0], line[line.length - 1])] : [];
    const sparks =
      line && mine === view.columns[line[0][0]][line[0][1]] ? line.map(([column, row]) => burst(column, row)) : [];
    this.#plate.marks.replaceChildren(...won, ...latest, ...through, ...sparks);
  }

  /** Show where a held disc would fall. */
  #paintGhost() {
    const { view, seat, ghost } = /** @type {BoardView} */ (this.#shown);
    const held = seat !== null && this.#held !== null ? { column: this.#held, seat } : ghost;
    const row = held && landing(view, held.column);
    this.#plate.ghosts.replaceChildren(...(held && row !== null ? [disc(held.column, row, held.seat, "ghost")] : []));
  }

  /** @param {number | null} column */
  #hold(column) {
    if (column === this.#held) return;
    this.#held = column;
    this.emit("held", column);
    if (this.#shown) this.#paintGhost();
  }

  /** @param {number} column */
  #focused(column) {
    for (const [index, button] of this.#columns.entries()) button.tabIndex = index === column ? 0 : -1;
    if (this.#columns[column].matches(":focus-visible")) this.#hold(column);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const at = this.#columns.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: COLUMNS - 1 }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#columns[(next + COLUMNS) % COLUMNS].focus();
    event.preventDefault();
  }
}
