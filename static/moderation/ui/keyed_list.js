/** KeyedList keeps one element for each key, in the given order. The focused element keeps the focus. */

/** @template T */
export class KeyedList {
  #list;
  #build;
  #paint;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} list
   * @param {{build: (item: T) => HTMLElement, paint: (row: HTMLElement, item: T) => void}} how
   */
  constructor(list, { build, paint }) {
    this.#list = list;
    this.#build = build;
    this.#paint = paint;
  }

  /** @param {{key: string, item: T}[]} items */
  show(items) {
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, row] of this.#rows) if (!keys.has(key)) this.#drop(key, row);
    items.forEach(({ key, item }, index) => this.#place(this.#row(key, item), index));
  }

  /** @param {string} key @param {T} item @returns {HTMLElement} */
  #row(key, item) {
    const row = this.#rows.get(key) ?? this.#build(item);
    this.#rows.set(key, row);
    this.#paint(row, item);
    return row;
  }

  /** @param {HTMLElement} row @param {number} index */
  #place(row, index) {
    if (this.#list.children[index] !== row) this.#list.insertBefore(row, this.#list.children[index] ?? null);
  }

  /** Remove a row. The focus goes to the list, so that it is not lost. @param {string} key @param {HTMLElement} row */
  #drop(key, row) {
    const focused = row.contains(document.activeElement);
    row.remove();
    this.#rows.delete(key);
    if (focused) this.#list.focus();
  }
}
