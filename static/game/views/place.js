/** Place of the table: in the third column on a desktop; over the timeline on a phone, where it folds to a strip. */

/** @import {Scroll} from "../../chat/ui/scroll.js" */
/** @import {SidePanel} from "../../chat/views/side_panel.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";

const ID = "table";

/**
 * Events. "closed": the reader closed the table. "opened": the reader opened it.
 * @extends {Emitter<{closed: [], opened: []}>}
 */
export class Place extends Emitter {
  #table = byId(ID, HTMLElement);
  #fold = byId("table-fold", HTMLButtonElement);
  #small = matchMedia("(max-width: 959px)");
  #sidePanel;
  #scroll;
  /** @type {"none" | "offered" | "open"} */
  #state = "none";

  /** @param {SidePanel} sidePanel @param {Scroll} scroll */
  constructor(sidePanel, scroll) {
    super();
    this.#sidePanel = sidePanel;
    this.#scroll = scroll;
  }

  start() {
    this.#sidePanel.add(ID, say("table.title"), { isFirst: true });
    this.#sidePanel.on("turned", () => this.#turned());
    this.#small.addEventListener("change", () => this.#arrange());
    this.#fold.addEventListener("click", () => this.fold(!this.isFolded));
    byId("table-close", HTMLElement).addEventListener("click", () => this.emit("closed"));
    document.getElementById("text")?.addEventListener("focus", () => this.isSmall && this.fold(true));
    this.#arrange();
  }

  get isSmall() {
    return this.#small.matches;
  }

  get isFolded() {
    return this.#table.hasAttribute("data-folded");
  }

  /**
   * Set the state. "offered" means that there is a table, but it is not shown.
   * @param {"none" | "offered" | "open"} state
   */
  become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#arrange();
  }

  /** @param {boolean} folded */
  fold(folded) {
    this.#scroll.keep(() => this.#table.toggleAttribute("data-folded", folded && this.isSmall));
    this.#fold.ariaExpanded = String(!this.isFolded);
  }

  #arrange() {
    const home = this.isSmall ? part(byId("talk", HTMLElement), ".bar", HTMLElement) : byId("people", HTMLElement);
    if (this.#table.previousElementSibling !== home) home.after(this.#table);
    this.#table.role = this.isSmall ? "region" : "tabpanel";
    this.#table.setAttribute("aria-labelledby", this.isSmall ? "table-title" : `tab-${ID}`);
    if (this.isSmall) this.#arrangeOverTalk();
    else this.#arrangeBeside();
  }

  #arrangeOverTalk() {
    this.#sidePanel.offer(ID, false);
    this.#scroll.keep(() => (this.#table.hidden = this.#state !== "open"));
  }

  #arrangeBeside() {
    this.#table.removeAttribute("data-folded");
    this.#table.hidden = this.#sidePanel.shown !== ID;
    this.#sidePanel.offer(ID, this.#state !== "none");
    if (this.#state === "open") this.#sidePanel.open(ID);
    else if (this.#sidePanel.shown === ID) this.#sidePanel.close();
  }

  #turned() {
    if (this.isSmall) return;
    if (this.#sidePanel.shown === ID && this.#state === "offered") this.#found("open");
    if (this.#sidePanel.shown !== ID && this.#state === "open") this.#found("offered");
  }

  /** @param {"offered" | "open"} state */
  #found(state) {
    this.#state = state;
    this.emit(state === "open" ? "opened" : "closed");
  }
}
