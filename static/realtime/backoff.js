/** How long to wait before trying again: full jitter, so that many who fell together do not return together. */

export class Backoff {
  #attempt = 0;
  #random;

  /** @param {() => number} random in [0, 1) */
  constructor(random) {
    this.#random = random;
  }

  /** @param {number | null} [retryAfterMs] the server's word, which comes first @param {number} [atMostMs] @returns {number} ms */
  next(retryAfterMs, atMostMs = 20_000) {
    const ceiling = Math.min(atMostMs, 500 * 2 ** this.#attempt++);
    return retryAfterMs ?? this.#random() * ceiling;
  }

  reset() {
    this.#attempt = 0;
  }
}
