/** The two ways out of the middle of the talk: up to the first unread line, down to the newest. */

/** @import {Client} from "./client.js" */
/** @import {Pages} from "./pages.js" */
/** @import {Scroll} from "./scroll.js" */
/** @import {Timeline} from "./timeline.js" */
import { byId, icon } from "./dom.js";
import { unread } from "./rooms.js";
import { newLine } from "./store.js";
import { count, say } from "./words.js";

export class Pills {
  #above = byId("unread-above", HTMLButtonElement);
  #below = byId("newest", HTMLButtonElement);
  #client;
  #timeline;
  #scroll;
  #pages;
  #unread = 0;
  #seen = false;

  /** @param {Client} client @param {Timeline} timeline @param {Scroll} scroll @param {Pages} pages */
  constructor(client, timeline, scroll, pages) {
    this.#client = client;
    this.#pages = pages;
    this.#timeline = timeline;
    this.#scroll = scroll;
  }

  start() {
    this.#above.addEventListener("click", () => this.#goUp());
    this.#below.addEventListener("click", () => this.#timeline.showNewest());
    this.#client.on("shown", () => this.#roomShown());
    this.#timeline.on("painted", () => this.#look());
    this.#scroll.on("moved", () => this.#look());
    this.#roomShown();
  }

  #roomShown() {
    const row = this.#client.list.find(({ key }) => key === this.#client.shown);
    this.#unread = row ? unread(row) : 0;
    this.#seen = false;
    this.#look();
  }

  #look() {
    const { fresh, before, after, news } = this.#client.state();
    const element = this.#timeline.element("new");
    const above = element ? this.#scroll.isAbove(element) : fresh !== null && before && newLine(this.#client.state()) === null;
    this.#seen ||= !above;
    this.#above.hidden = !above || this.#seen || this.#unread === 0;
    if (!this.#above.hidden) label(this.#above, "up", this.#unread < 100 ? count("pills.unread", this.#unread) : say("pills.unread.lots"));
    this.#below.hidden = this.#scroll.following && !after;
    if (!this.#below.hidden) label(this.#below, "down", news > 0 ? count("pills.news", news) : say("pills.newest"));
  }

  async #goUp() {
    const { fresh } = this.#client.state();
    this.#seen = true;
    if (!this.#timeline.element("new") && fresh !== null) await this.#timeline.goTo(() => this.#pages.around(fresh.from));
    const row = this.#timeline.element("new");
    if (row) this.#scroll.to(row, 0.2);
    this.#look();
  }
}

/** @param {HTMLElement} button @param {string} name @param {string} text */
function label(button, name, text) {
  if (button.textContent !== text) button.replaceChildren(icon(name), text);
}
