/** JumpButtons lead to the first unread message and to the newest one. */

/** @import {Client} from "../client/client.js" */
/** @import {Pages} from "../client/pages.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {Timeline} from "./timeline.js" */

import { unread } from "../state/rooms.js";
import { byId, icon } from "../ui/dom.js";
import { count, say } from "../ui/words.js";

export class JumpButtons {
  #above = byId("unread-above", HTMLButtonElement);
  #below = byId("newest", HTMLButtonElement);
  #client;
  #timeline;
  #scroll;
  #pages;
  #unread = 0;
  #seen = false;
  /** @type {import("../state/types.js").RoomState["fresh"]} the range for which `unread` was counted */
  #fresh = null;

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
    this.#timeline.on("painted", () => this.#look());
    this.#scroll.on("moved", () => this.#look());
    this.#look();
  }

  /** Count the unread messages when the room is entered or the connection is back. */
  #count() {
    const row = this.#client.list.find(({ key }) => key === this.#client.shown);
    this.#unread = row ? unread(row) : 0;
    this.#fresh = this.#client.state().fresh;
    this.#seen = false;
  }

  #look() {
    const { fresh, before, after, news, lines } = this.#client.state();
    if (fresh !== this.#fresh) this.#count();
    const element = this.#timeline.element("new");
    const above = element ? this.#scroll.isAbove(element) : fresh !== null && before && lines[0]?.o > fresh.from;
    this.#seen ||= !above;
    this.#above.hidden = !above || this.#seen || this.#unread === 0;
    if (!this.#above.hidden)
      label(this.#above, "up", this.#unread < 100 ? count("pills.unread", this.#unread) : say("pills.unread.lots"));
    this.#below.hidden = this.#scroll.following && !after;
    if (!this.#below.hidden) label(this.#below, "down", news > 0 ? count("pills.news", news) : say("pills.newest"));
  }

  async #goUp() {
    const { fresh } = this.#client.state();
    this.#seen = true;
    if (!this.#timeline.element("new") && fresh !== null)
      await this.#timeline.goTo(() => this.#pages.around(fresh.from));
    const row = this.#timeline.element("new");
    if (row) this.#scroll.to(row, 0.2);
    this.#look();
  }
}

/** @param {HTMLElement} button @param {string} name @param {string} text */
function label(button, name, text) {
  if (button.textContent !== text) button.replaceChildren(icon(name), text);
}
