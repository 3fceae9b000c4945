/** SidePanel is the third column. It shows one panel at a time, with tabs when there are several. */

import { Emitter } from "../../realtime/emitter.js";
import { byId, make } from "../ui/dom.js";

/** Event "turned": another panel is shown, or none. @extends {Emitter<{turned: []}>} */
export class SidePanel extends Emitter {
  #app = byId("app", HTMLElement);
  #column = byId("side", HTMLElement);
  #title = byId("side-title", HTMLElement);
  #bar = byId("side-tabs", HTMLElement);
  /** @type {Map<string, HTMLElement>} tabs by the id of their panel */
  #tabs = new Map();
  /** @type {string | null} id of the panel shown */
  shown = null;

  start() {
    byId("side-close", HTMLElement).addEventListener("click", () => this.close());
    this.#bar.addEventListener("keydown", (event) => this.#keyPressed(event));
  }

  /**
   * @param {string} id of an element in the column @param {string} word the label of its tab
   * @param {{isFirst?: boolean}} [where]
   */
  add(id, word, { isFirst = false } = {}) {
    const tab = make("button", "tab", word);
    Object.assign(tab, { id: `tab-${id}`, type: "button", role: "tab", hidden: true });
    tab.setAttribute("aria-controls", id);
    tab.addEventListener("click", () => this.open(id));
    if (this.#tabs.has(id)) throw new Error(`The panel ${id} is there already.`);
    this.#tabs = new Map(isFirst ? [[id, tab], ...this.#tabs] : [...this.#tabs, [id, tab]]);
    this.#bar.replaceChildren(...this.#tabs.values());
  }

  /** Show or hide the tab of a panel. @param {string} id @param {boolean} offered */
  offer(id, offered) {
    const tab = this.#tabs.get(id);
    if (!tab || tab.hidden === !offered) return;
    tab.hidden = !offered;
    if (!offered && this.shown === id) this.close();
    this.#paint();
  }

  /** @param {string} id */
  open(id) {
    this.#show(id);
  }

  close() {
    this.#show(null);
  }

  /** @param {string | null} id */
  #show(id) {
    if (this.shown === id) return;
    this.shown = id;
    this.#paint();
    this.emit("turned");
  }

  #paint() {
    const offered = [...this.#tabs.values()].filter((tab) => !tab.hidden);
    this.#column.hidden = this.shown === null;
    this.#app.toggleAttribute("data-side", this.shown !== null);
    this.#app.toggleAttribute("data-tabs", offered.length > 1);
    for (const [id, tab] of this.#tabs) this.#paintTab(id, tab);
    this.#bar.hidden = offered.length < 2;
    this.#title.classList.toggle("unseen", !this.#bar.hidden);
    this.#title.textContent = this.#column.ariaLabel = this.#tabs.get(this.shown ?? "")?.textContent ?? "";
  }

  /** @param {string} id @param {HTMLElement} tab */
  #paintTab(id, tab) {
    tab.ariaSelected = String(id === this.shown);
    tab.tabIndex = id === this.shown ? 0 : -1;
    const panel = document.getElementById(id);
    if (panel && this.#column.contains(panel)) panel.hidden = id !== this.shown;
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const offered = [...this.#tabs].filter(([, tab]) => !tab.hidden);
    const at = offered.findIndex(([id]) => id === this.shown);
    const [id, tab] = offered[(at + step + offered.length) % offered.length];
    this.open(id);
    tab.focus();
    event.preventDefault();
  }
}
