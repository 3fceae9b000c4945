/** Swipe of a finger over a row to the left. A vertical movement scrolls, and a slanting one is none. */

const BEGIN_PX = 12;
const ACT_PX = 56;
const MOVED_PX = 80;

export class Swipe {
  #area;
  #selector;
  #actionOf;
  /** @type {{row: HTMLElement, x: number, y: number, isMoving: boolean} | null} */
  #began = null;

  /**
   * @param {HTMLElement} area @param {string} selector of the rows
   * @param {(row: HTMLElement) => (() => void) | null} actionOf returns what a swipe over the row does, or null
   */
  constructor(area, selector, actionOf) {
    this.#area = area;
    this.#selector = selector;
    this.#actionOf = actionOf;
  }

  start() {
    this.#area.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.#begin(event));
    this.#area.addEventListener("pointermove", (event) => this.#moved(event));
    this.#area.addEventListener("pointercancel", () => this.#end());
    this.#area.addEventListener("pointerup", (event) => this.#lifted(event));
  }

  /** @param {PointerEvent} event */
  #begin({ target, clientX, clientY, isPrimary }) {
    this.#end();
    const row = isPrimary ? /** @type {Element} */ (target).closest(this.#selector) : null;
    if (row instanceof HTMLElement) this.#began = { row, x: clientX, y: clientY, isMoving: false };
  }

  /** @param {PointerEvent} event */
  #moved({ clientX, clientY }) {
    const began = this.#began;
    if (!began) return;
    const [left, down] = [began.x - clientX, Math.abs(clientY - began.y)];
    if (!began.isMoving && Math.hypot(left, down) < BEGIN_PX) return;
    if (!began.isMoving && (left < 2 * down || !this.#actionOf(began.row))) return this.#end();
    began.isMoving = true;
    began.row.classList.add("swiped");
    began.row.classList.toggle("ready", left >= ACT_PX);
    began.row.style.translate = `${-Math.max(0, Math.min(left, MOVED_PX))}px 0`;
  }

  /** @param {PointerEvent} event */
  #lifted({ clientX }) {
    const began = this.#began;
    this.#end();
    if (began?.isMoving && began.x - clientX >= ACT_PX) this.#actionOf(began.row)?.();
  }

  #end() {
    const row = this.#began?.row;
    this.#began = null;
    if (!row) return;
    row.style.translate = "";
    row.classList.remove("swiped", "ready");
  }
}
