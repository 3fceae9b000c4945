/** Emitter of events. A listener that throws does not stop the others. */

/** @template {Record<string, any[]>} Facts */
export class Emitter {
  #target = new EventTarget();

  /**
   * @template {keyof Facts & string} K @param {K} fact @param {(...args: Facts[K]) => void} fn
   * @returns {() => void} removes the listener
   */
  on(fact, fn) {
    const listener = (/** @type {any} */ event) => fn(...event.detail);
    this.#target.addEventListener(fact, listener);
    return () => this.#target.removeEventListener(fact, listener);
  }

  /** @protected @template {keyof Facts & string} K @param {K} fact @param {Facts[K]} args */
  emit(fact, ...args) {
    this.#target.dispatchEvent(new CustomEvent(fact, { detail: args }));
  }
}
