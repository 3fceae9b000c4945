/** HistoryPosition scrolls to an offset of the log, which need not be that of a message. The focus stays. */

/** @import {Client} from "../client/client.js" */
/** @import {Pages} from "../client/pages.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {Timeline} from "./timeline.js" */

const SHARE = 0.7;

export class HistoryPosition {
  #client;
  #timeline;
  #scroll;
  #pages;
  #wanted = 0;
  #fetching = false;

  /** @param {Client} client @param {Timeline} timeline @param {Scroll} scroll @param {Pages} pages */
  constructor(client, timeline, scroll, pages) {
    this.#client = client;
    this.#timeline = timeline;
    this.#scroll = scroll;
    this.#pages = pages;
  }

  /**
   * Show an offset. When several are requested while a page is on its way, only the last is shown.
   * @param {number} o
   */
  async show(o) {
    this.#wanted = o;
    if (this.#fetching) return;
    while (!this.#isHeld(this.#wanted)) if (!(await this.#fetched(this.#wanted))) return;
    this.#scrollTo(this.#wanted);
  }

  /** Return whether the window holds the messages around an offset. @param {number} o */
  #isHeld(o) {
    const { lines, before, after } = this.#client.state();
    return (!before || (lines[0]?.o ?? Infinity) <= o) && (!after || (lines.at(-1)?.o ?? 0) >= o);
  }

  /** @param {number} o @returns {Promise<boolean>} */
  async #fetched(o) {
    this.#fetching = true;
    await this.#timeline.goTo(() => this.#pages.around(o));
    this.#fetching = false;
    return o !== this.#wanted || this.#isHeld(o);
  }

  /** @param {number} o */
  #scrollTo(o) {
    const item = this.#timeline.items.findLast(({ message }) => message !== null && message.o <= o);
    const row = item && this.#timeline.element(item.key);
    if (row) this.#scroll.to(row, SHARE);
  }
}
