/** CommandMenu lists the slash commands over the composer. Arrow keys, Tab and Enter complete one. */

import { byId, make } from "../ui/dom.js";
import { say } from "../ui/words.js";

/** `about`: a key of the words. @typedef {{name: string, about: string}} Command */

export class CommandMenu {
  #text = byId("text", HTMLTextAreaElement);
  #list = byId("hints", HTMLElement);
  /** @type {Command[]} */
  #shown = [];
  #at = 0;
  #commands;

  /** @param {Command[]} commands */
  constructor(commands) {
    this.#commands = commands;
  }

  start() {
    this.#text.addEventListener("input", () => this.#look());
    this.#text.addEventListener("focus", () => this.#look());
    this.#text.addEventListener("blur", () => this.#show([]));
    this.#text.addEventListener("keydown", (event) => this.#keyPressed(event), { capture: true });
    this.#text.form?.addEventListener("submit", () => this.#show([]));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) =>
      this.#clicked(/** @type {Element} */ (target).closest("[role=option]")),
    );
  }

  #look() {
    const begun = /^\/\p{L}*$/u.test(this.#text.value) ? this.#text.value.slice(1) : null;
    this.#at = 0;
    this.#show(begun === null ? [] : this.#commands.filter(({ name }) => name.startsWith(begun)));
  }

  /** @param {Command[]} commands */
  #show(commands) {
    this.#shown = commands;
    this.#list.hidden = commands.length === 0;
    this.#list.replaceChildren(...commands.map((command, index) => option(command, index)));
    this.#mark();
  }

  #mark() {
    for (const [index, row] of [...this.#list.children].entries()) row.ariaSelected = String(index === this.#at);
    if (this.#list.hidden) this.#text.removeAttribute("aria-activedescendant");
    else this.#text.setAttribute("aria-activedescendant", `hint-${this.#at}`);
  }

  /** Keys of an input method belong to it. Enter sends a complete command. @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (this.#list.hidden || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const whole = this.#text.value === `/${this.#shown[this.#at].name}`;
    if (event.key === "Enter" && whole) return this.#show([]);
    if (step) this.#go(step);
    else if (event.key === "Escape") this.#show([]);
    else if (event.key === "Tab" || event.key === "Enter") this.#complete(this.#shown[this.#at]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** @param {number} step */
  #go(step) {
    this.#at = (this.#at + step + this.#shown.length) % this.#shown.length;
    this.#mark();
  }

  /** @param {Element | null} row */
  #clicked(row) {
    const command = this.#shown[[...this.#list.children].indexOf(/** @type {Element} */ (row))];
    if (command) this.#complete(command);
  }

  /** @param {Command} command */
  #complete({ name }) {
    this.#text.value = `/${name} `;
    this.#text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}

/** @param {Command} command @param {number} index @returns {HTMLElement} */
function option({ name, about }, index) {
  const row = make("li", "hint");
  Object.assign(row, { id: `hint-${index}`, role: "option" });
  row.append(make("b", "", `/${name}`), " ", make("span", "muted", say(about)));
  return row;
}
