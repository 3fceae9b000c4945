/** Scroll position of the timeline. At the end it follows new messages; elsewhere the visible rows do not move. */

import { Emitter } from "../../realtime/emitter.js";

const FOLLOW_WITHIN = 100;
const NEAR_AN_END = 800;

/** Event "moved": the reader scrolled, or the size changed. @extends {Emitter<{moved: []}>} */
export class Scroll extends Emitter {
  #box;
  #list;
  #following = true;
  /** @type {{row: HTMLElement, top: number} | null} the first visible row, and its distance from the top of the box */
  #anchor = null;
  #watch = new ResizeObserver(() => this.#resized());

  /** @param {HTMLElement} box the element that scrolls @param {HTMLElement} list the element with the rows */
  constructor(box, list) {
    super();
    this.#box = box;
    this.#list = list;
  }

  start() {
    this.#box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#watch.observe(this.#box);
    this.#watch.observe(this.#list);
  }

  /** Take over the position that the page has without scripts. */
  adopt() {
    const fromEnd = -this.#box.scrollTop; // the column is reversed
    delete this.#box.dataset.first;
    this.#following = fromEnd <= FOLLOW_WITHIN;
    this.#box.scrollTop = this.#box.scrollHeight - this.#box.clientHeight - fromEnd;
  }

  stop() {
    this.#watch.disconnect();
  }

  get following() {
    return this.#following;
  }

  /** Return whether the timeline is visible. On a phone the list of rooms may cover it. */
  get isSeen() {
    return this.#box.checkVisibility({ visibilityProperty: true });
  }

  /** Return whether the end of a side is close enough to fetch the next page. @param {"before" | "after"} side */
  near(side) {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    return (side === "before" ? scrollTop : scrollHeight - clientHeight - scrollTop) < NEAR_AN_END;
  }

  /**
   * Change the list and keep the reader's position: the end, or the first visible row. Return that row and its
   * position when the change removed it.
   * @param {() => void} change @returns {{row: HTMLElement, top: number} | null} the row that was removed
   */
  keep(change) {
    const row = this.#following ? null : this.#firstVisible();
    const top = row?.getBoundingClientRect().top ?? 0;
    change();
    if (this.#following) this.toEnd();
    if (!row) return null;
    if (!row.isConnected) return { row, top };
    this.#box.scrollTop += row.getBoundingClientRect().top - top;
    return null;
  }

  /** Change a visible row. The reader stays there, and does not follow new messages. @param {() => void} change */
  stay(change) {
    this.#following = false;
    this.keep(change);
  }

  toEnd() {
    this.#following = true;
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /** @param {HTMLElement} row @param {number} [share] the place in the box, 0 at the top, 1 at the bottom */
  to(row, share = 0.3) {
    const box = this.#box.getBoundingClientRect();
    this.toTop(row, box.top + box.height * share);
  }

  /** @param {HTMLElement} row @param {number} top the place on the screen */
  toTop(row, top) {
    this.#box.scrollTop += row.getBoundingClientRect().top - top;
    this.#scrolled();
  }

  /** Return whether a row is above the visible area. @param {HTMLElement} row */
  isAbove(row) {
    return row.getBoundingClientRect().bottom < this.#box.getBoundingClientRect().top;
  }

  /** Return whether all of a row is in the visible area. @param {HTMLElement} row */
  isInside(row) {
    const [{ top, bottom }, box] = [row.getBoundingClientRect(), this.#box.getBoundingClientRect()];
    return top >= box.top && bottom <= box.bottom;
  }

  /** Return the message at which the reader is, or null at the end. @returns {{o: number, top: number} | null} */
  place() {
    const o = Number(this.#anchor?.row.dataset.o);
    return this.#following || !this.#anchor || !o ? null : { o, top: this.#anchor.top };
  }

  /** @param {HTMLElement} row @param {number} top the distance from the top of the box */
  toPlace(row, top) {
    this.toTop(row, this.#box.getBoundingClientRect().top + top);
  }

  #firstVisible() {
    const { top } = this.#box.getBoundingClientRect();
    const rows = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#list.children);
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom <= top) low = middle + 1;
      else high = middle;
    }
    while (low < rows.length - 1 && !rows[low].dataset.key) low += 1; // rows of days and "New" move when older messages arrive
    return rows[low] ?? null;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    this.#following = scrollHeight - clientHeight - scrollTop <= FOLLOW_WITHIN;
    const row = this.#following ? null : this.#firstVisible();
    this.#anchor = row && { row, top: this.#topOf(row) };
    this.emit("moved");
  }

  /** @param {HTMLElement} row */
  #topOf(row) {
    return row.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
  }

  /** Keep the first visible row in place when the width changes and text wraps anew. */
  #resized() {
    if (this.#following) this.toEnd();
    else if (this.#anchor?.row.isConnected) this.#box.scrollTop += this.#topOf(this.#anchor.row) - this.#anchor.top;
    this.emit("moved");
  }
}
