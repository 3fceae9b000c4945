/** QuoteJump leads from a reply to the message that it answers, and back. */

/** @import {Client} from "../client/client.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {Timeline} from "./timeline.js" */

import { byId } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";

export class QuoteJump {
  #back = byId("jump-back", HTMLButtonElement);
  /** @type {number[]} the replies from which the reader has jumped, the last one last */
  #from = [];
  /** The reader is on the way to an original. */
  #goes = false;
  #client;
  #timeline;
  #scroll;

  /** @param {Client} client @param {Timeline} timeline @param {Scroll} scroll */
  constructor(client, timeline, scroll) {
    this.#scroll = scroll;
    this.#client = client;
    this.#timeline = timeline;
  }

  start() {
    byId("lines", HTMLElement).addEventListener("click", (event) => this.#clicked(event));
    byId("lines", HTMLElement).addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#back.addEventListener("click", () => this.#goBack());
    byId("newest", HTMLElement).addEventListener("click", () => this.#forget());
    this.#client.on("shown", () => this.#forget());
    this.#scroll.on("moved", () => this.#look());
  }

  /** Follow a quote in this page, unless a modifier key is held. @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {Element} */ (event.target).closest("a.quote[href]");
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!(link instanceof HTMLAnchorElement) || !plain) return;
    event.preventDefault();
    const from = Number(/** @type {HTMLElement | null} */ (link.closest("[data-o]"))?.dataset.o ?? Number.NaN);
    this.go(Number(link.pathname.split("@")[1]), from);
  }

  /** Show the message at `o`, and remember the reply `from` which the reader comes. @param {number} o @param {number} from */
  async go(o, from) {
    if (!Number.isNaN(from)) this.#from.push(from);
    this.#goes = true;
    await this.#timeline.showMessage(o);
    if (!this.#timeline.messageAt(o)) toast(say("problem.not_found"));
    this.#goes = false;
    this.#look();
  }

  /** Forget the replies that the reader sees anyway. */
  #look() {
    if (this.#goes || this.#from.length === 0) return;
    while (this.#isSeen(this.#from.at(-1))) this.#from.pop();
    this.#back.hidden = this.#from.length === 0;
  }

  /** @param {number | undefined} o */
  #isSeen(o) {
    const row = o === undefined ? null : this.#timeline.messageAt(o);
    return row !== null && this.#scroll.isInside(row);
  }

  /** Escape leads back, like the button. @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.key !== "Escape" || this.#from.length === 0) return;
    event.preventDefault();
    this.#goBack();
  }

  #goBack() {
    const from = this.#from.pop();
    this.#back.hidden = this.#from.length === 0;
    if (from !== undefined) this.#timeline.showMessage(from);
  }

  #forget() {
    this.#from = [];
    this.#goes = false;
    this.#back.hidden = true;
  }
}
