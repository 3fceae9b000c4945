/** Something is shown again each second, as long as there is a time on it that runs. */

export class Interval {
  #shown;
  /** @type {any} */
  #timer = null;

  /** @param {() => boolean} shown does it want to be shown again? */
  constructor(shown) {
    this.#shown = shown;
  }

  /** Now, and then as long as it wants. */
  show() {
    clearTimeout(this.#timer);
    this.#timer = this.#shown() ? setTimeout(() => this.show(), 1000) : null;
  }
}
