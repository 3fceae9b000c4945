/**
 * Long press of a finger: felt at once, answered when the finger lifts, so that the lift does not close what opened.
 */

const PRESS_MS = 450;
const MOVE_PX = 10;

export class LongPress {
  #area;
  #pressed;
  /** @type {PointerEvent | null} */
  #began = null;
  #rested = false;
  #answering = false;
  /** @type {any} */
  #timer = null;

  /** @param {HTMLElement} area @param {(target: Element) => void} pressed */
  constructor(area, pressed) {
    this.#area = area;
    this.#pressed = pressed;
  }

  start() {
    this.#area.addEventListener("pointerdown", (event) => event.pointerType !== "mouse" && this.#begin(event));
    this.#area.addEventListener("pointermove", (event) => this.#moved(event));
    this.#area.addEventListener("pointercancel", () => this.#end());
    this.#area.addEventListener("pointerup", () => this.#lifted());
    this.#area.addEventListener("touchend", (event) => this.#answering && event.preventDefault()); // its click would close the menu that opens
    this.#area.addEventListener("contextmenu", (event) => this.#began && event.preventDefault());
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    this.#end();
    this.#answering = false;
    this.#began = event;
    this.#timer = setTimeout(() => {
      this.#rested = true;
      navigator.vibrate?.(10);
    }, PRESS_MS);
  }

  /** @param {PointerEvent} event */
  #moved({ clientX, clientY }) {
    if (this.#began && Math.hypot(clientX - this.#began.clientX, clientY - this.#began.clientY) > MOVE_PX) this.#end();
  }

  #lifted() {
    const target = this.#rested ? this.#began?.target : null;
    this.#end();
    this.#answering = target instanceof Element;
    if (target instanceof Element) setTimeout(() => this.#pressed(target));
  }

  #end() {
    clearTimeout(this.#timer);
    this.#began = null;
    this.#rested = false;
  }
}
