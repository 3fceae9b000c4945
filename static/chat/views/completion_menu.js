/**
 * CompletionMenu completes the word at the caret of the composer: a command, an emoji, a name. Arrow keys choose, Tab
 * and Enter complete, Escape closes.
 */

/** @import {Span} from "../state/completion.js" */

import { begun, fitted } from "../state/completion.js";
import { byId, make } from "../ui/dom.js";
import { insertText } from "../ui/insert_text.js";
import { say } from "../ui/words.js";

/**
 * A row of the list; it has more members when its source needs them.
 * @typedef {{name: string, about?: string, sign?: string | Node}} CompletionRow
 */

/**
 * @typedef {object} CompletionSource
 * @property {RegExp} trigger matches the end of the text before the caret; its group is the word
 * @property {boolean} [atEnd] whether the word has to end at the caret
 * @property {string} label key of the words: the name of the list
 * @property {(word: string) => any[] | Promise<any[]>} find returns `CompletionRow`s, the best first
 * @property {(row: any) => string} insert returns the text for a chosen row, in place of the trigger and the word
 */

export class CompletionMenu {
  #text;
  #list;
  /** @type {CompletionSource[]} */
  #sources = [];
  /** @type {{source: CompletionSource, span: Span} | null} the word at the caret */
  #begun = null;
  /** @type {CompletionRow[]} */
  #rows = [];
  #at = 0;
  /** The start of the word whose list was closed, or -1. */
  #closed = -1;

  /** @param {{text?: HTMLTextAreaElement | HTMLInputElement, list?: HTMLElement}} [parts] the composer's by default */
  constructor({ text = byId("text", HTMLTextAreaElement), list = byId("completions", HTMLElement) } = {}) {
    this.#text = text;
    this.#list = list;
  }

  /** Add a source. Of two that match, the one added first is used. @param {CompletionSource} source */
  use(source) {
    this.#sources.push(source);
  }

  start() {
    this.#text.addEventListener("input", (event) => !(/** @type {InputEvent} */ (event).isComposing) && this.#look());
    for (const kind of ["focus", "compositionend"]) this.#text.addEventListener(kind, () => this.#look());
    this.#text.addEventListener("blur", () => this.#show([]));
    this.#text.addEventListener("keydown", (event) => this.#keyPressed(/** @type {KeyboardEvent} */ (event)), {
      capture: true,
    });
    this.#text.form?.addEventListener("submit", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) =>
      this.#clicked(/** @type {Element} */ (target).closest("[role=option]")),
    );
    document.addEventListener("selectionchange", () => document.activeElement === this.#text && this.#caretMoved());
  }

  #caretMoved() {
    const { selectionStart, selectionEnd } = this.#text;
    const stays = this.#begun && selectionStart === selectionEnd && selectionStart === this.#begun.span.to;
    if (this.#begun && !stays) this.#look();
  }

  #look() {
    const { value, selectionStart, selectionEnd } = this.#text;
    const isCaret = selectionStart !== null && selectionStart === selectionEnd;
    const found = isCaret ? begun(value, selectionStart, this.#sources) : null;
    if (found?.span.from !== this.#closed) this.#closed = -1;
    this.#begun = found;
    if (!found || this.#closed >= 0) return this.#show([]);
    const rows = found.source.find(found.span.word);
    if (Array.isArray(rows)) this.#show(rows);
    else this.#await(found, rows);
  }

  /** Show rows when they come, unless something else was typed meanwhile. @param {any} found @param {Promise<any[]>} rows */
  async #await(found, rows) {
    const come = await rows.catch(() => []);
    if (this.#begun === found && this.#closed < 0) this.#show(come);
  }

  /** @param {CompletionRow[]} rows */
  #show(rows) {
    this.#rows = rows;
    this.#at = 0;
    this.#list.hidden = rows.length === 0;
    if (this.#begun) this.#list.ariaLabel = say(this.#begun.source.label);
    this.#list.replaceChildren(...rows.map((row, index) => option(row, this.#idOf(index))));
    this.#mark();
  }

  #close() {
    this.#closed = this.#begun?.span.from ?? -1;
    this.#show([]);
  }

  #mark() {
    for (const [index, row] of [...this.#list.children].entries()) row.ariaSelected = String(index === this.#at);
    this.#list.children[this.#at]?.scrollIntoView({ block: "nearest" });
    if (this.#list.hidden) this.#text.removeAttribute("aria-activedescendant");
    else this.#text.setAttribute("aria-activedescendant", this.#idOf(this.#at));
  }

  /** @param {number} index */
  #idOf(index) {
    return `${this.#list.id}-${index}`;
  }

  /** Keys of an input method belong to it. Enter sends what is complete. @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (this.#list.hidden || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && this.#isComplete()) return this.#close();
    if (step) this.#go(step);
    else if (event.key === "Escape") this.#close();
    else if (event.key === "Tab" || event.key === "Enter") this.#complete(this.#rows[this.#at]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Tell whether the chosen row is typed already, as its name. */
  #isComplete() {
    const { from = 0, to = 0 } = this.#begun?.span ?? {};
    return this.#text.value.slice(from, to) === this.#rows[this.#at].name;
  }

  /** @param {number} step */
  #go(step) {
    this.#at = (this.#at + step + this.#rows.length) % this.#rows.length;
    this.#mark();
  }

  /** @param {Element | null} row */
  #clicked(row) {
    const chosen = this.#rows[[...this.#list.children].indexOf(/** @type {Element} */ (row))];
    if (chosen) this.#complete(chosen);
  }

  /** @param {CompletionRow} row */
  #complete(row) {
    if (!this.#begun) return;
    const { source, span } = this.#begun;
    this.#begun = null;
    insertText(this.#text, fitted(this.#text.value, span, source.insert(row)), span.from, span.to);
  }
}

/** @param {CompletionRow} row @param {string} id @returns {HTMLElement} */
function option({ name, about = "", sign }, id) {
  const row = make("li", "completion");
  Object.assign(row, { id, role: "option" });
  const first = make("span", "completion-sign");
  if (sign !== undefined) first.append(sign);
  row.append(...(sign === undefined ? [] : [first]), make("b", "", name), " ", make("span", "muted", about));
  return row;
}
