/**
 * Backoff returns the time to wait before the next attempt, with full jitter, so that many clients do not return at
 * once.
 */

export class Backoff {
  #attempt = 0;
  #random;

  /** @param {() => number} random in [0, 1) */
  constructor(random) {
    this.#random = random;
  }

  /**
   * @param {number | null} [retryAfterMs] the time that the server gave, which comes first @param {number} [atMostMs]
   * @returns {number} ms
   */
  next(retryAfterMs, atMostMs = 20_000) {
    const ceiling = Math.min(atMostMs, 500 * 2 ** this.#attempt++);
    return retryAfterMs ?? this.#random() * ceiling;
  }

  reset() {
    this.#attempt = 0;
  }
}
