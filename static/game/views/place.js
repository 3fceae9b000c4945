/** Where the table stands: in the third column on a desk; on a phone over the talk, where it folds to a strip. */

/** @import {Scroll} from "../../chat/ui/scroll.js" */
/** @import {Side} from "../../chat/views/side_panel.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";

const ID = "table";

/** "closed": by the reader; "opened". @extends {Emitter<{closed: [], opened: []}>} */
export class Place extends Emitter {
  #table = byId(ID, HTMLElement);
  #fold = byId("table-fold", HTMLButtonElement);
  #narrow = matchMedia("(max-width: 959px)");
  #side;
  #scroll;
  /** @type {"none" | "offered" | "open"} */
  #state = "none";

  /** @param {Side} side @param {Scroll} scroll */
  constructor(side, scroll) {
    super();
    this.#side = side;
    this.#scroll = scroll;
  }

  start() {
    this.#side.add(ID, say("table.title"), { isFirst: true });
    this.#side.on("turned", () => this.#turned());
    this.#narrow.addEventListener("change", () => this.#arrange());
    this.#fold.addEventListener("click", () => this.fold(!this.isFolded));
    byId("table-close", HTMLElement).addEventListener("click", () => this.emit("closed"));
    document.getElementById("text")?.addEventListener("focus", () => this.isNarrow && this.fold(true));
    this.#arrange();
  }

  get isNarrow() {
    return this.#narrow.matches;
  }

  get isFolded() {
    return this.#table.hasAttribute("data-folded");
  }

  /** "offered": there is a table, but something else or nothing is looked at. @param {"none" | "offered" | "open"} state */
  become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#arrange();
  }

  /** @param {boolean} folded */
  fold(folded) {
    this.#scroll.keep(() => this.#table.toggleAttribute("data-folded", folded && this.isNarrow));
    this.#fold.ariaExpanded = String(!this.isFolded);
  }

  #arrange() {
    const home = this.isNarrow ? part(byId("talk", HTMLElement), ".bar", HTMLElement) : byId("people", HTMLElement);
    if (this.#table.previousElementSibling !== home) home.after(this.#table);
    this.#table.role = this.isNarrow ? "region" : "tabpanel";
    this.#table.setAttribute("aria-labelledby", this.isNarrow ? "table-title" : `tab-${ID}`);
    if (this.isNarrow) this.#arrangeOverTalk();
    else this.#arrangeBeside();
  }

  #arrangeOverTalk() {
    this.#side.offer(ID, false);
    this.#scroll.keep(() => (this.#table.hidden = this.#state !== "open"));
  }

  #arrangeBeside() {
    this.#table.removeAttribute("data-folded");
    this.#table.hidden = this.#side.shown !== ID;
    this.#side.offer(ID, this.#state !== "none");
    if (this.#state === "open") this.#side.open(ID);
    else if (this.#side.shown === ID) this.#side.close();
  }

  #turned() {
    if (this.isNarrow) return;
    if (this.#side.shown === ID && this.#state === "offered") this.#found("open");
    if (this.#side.shown !== ID && this.#state === "open") this.#found("offered");
  }

  /** @param {"offered" | "open"} state */
  #found(state) {
    this.#state = state;
    this.emit(state === "open" ? "opened" : "closed");
  }
}
