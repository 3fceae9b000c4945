/** Interval calls a function each second, as long as it shows a time that runs. */

export class Interval {
  #shown;
  /** @type {any} */
  #timer = null;

  /** @param {() => boolean} shown returns whether it wants to be called again */
  constructor(shown) {
    this.#shown = shown;
  }

  /** Call the function now, and each second for as long as it returns true. */
  show() {
    clearTimeout(this.#timer);
    this.#timer = this.#shown() ? setTimeout(() => this.show(), 1000) : null;
  }
}
