/** Timeline of the room: painted once a frame, and moved to where the reader wants to be. */

/** @import {Client} from "../client/client.js" */
/** @import {Pages} from "../client/pages.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Scroll} from "../ui/scroll.js" */

import { Emitter } from "../../realtime/emitter.js";
import { timeline } from "../state/selectors.js";
import { PENDING_SHOWN_AFTER_MS } from "../ui/delivery.js";
import { byId } from "../ui/dom.js";
import { watchCalendar } from "../ui/time.js";
import { say } from "../ui/words.js";
import { unfold } from "./message.js";
import { Rows } from "./rows.js";

const HIGHLIGHT_MS = 2400;

/** Event "painted": the rows are up to date. @extends {Emitter<{painted: []}>} */
export class Timeline extends Emitter {
  #list = byId("lines", HTMLElement);
  #rows;
  #client;
  #scroll;
  #pages;
  #frame = 0;
  #painted = "";
  #going = false;
  /**
   * @type {import("../state/types.js").RoomState["fresh"]} the range for which the reader's position was last chosen
   */
  #begun = null;
  /** @type {Item[]} */
  items = [];
  /** @type {any} */
  #clockLater = null;
  /** @type {Map<string, {o: number, top: number} | null>} the reader's position, by room */
  #places = new Map();

  /** @param {Client} client @param {Scroll} scroll @param {Pages} pages */
  constructor(client, scroll, pages) {
    super();
    this.#client = client;
    this.#pages = pages;
    this.#scroll = scroll;
    this.#rows = new Rows(this.#list, client, (offsets) => this.#openFold(offsets));
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.schedule());
    this.#client.on("shown", () => this.schedule());
    this.#client.connection.on("stateChanged", () => this.#client.state().room ?? this.schedule());
    this.#scroll.on("moved", () => this.#fetchNearEnds());
    watchCalendar(() => this.schedule());
    this.#list.addEventListener("click", ({ target }) =>
      this.#more(/** @type {Element} */ (target).closest(".line-more")),
    );
    this.#list.addEventListener("focusin", ({ target }) =>
      this.#reveal(/** @type {Element} */ (target).closest(".line-body")),
    );
    this.#rows.adopt();
    this.#painted = this.#client.shown;
    this.#scroll.adopt();
    this.paint(false);
  }

  /** Show all of a long message, and keep the reader at its beginning. @param {Element | null} button */
  #more(button) {
    const message = /** @type {HTMLElement | null} */ (button?.closest(".line") ?? null);
    if (message) this.#scroll.stay(() => unfold(message, !message.classList.contains("open")));
  }

  /** Show all of a long message when the keyboard reaches a link in its hidden part. @param {Element | null} body */
  #reveal(body) {
    const message = /** @type {HTMLElement | null} */ (body?.closest(".line.long:not(.open)") ?? null);
    if (message) this.#scroll.stay(() => unfold(message, true));
  }

  /** Paint all that has changed, in the next frame. */
  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.paint());
  }

  /** @param {boolean} [announced] whether new rows are announced to screen readers */
  paint(announced = true) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { shown } = this.#client;
    const state = this.#client.state();
    if (this.#painted !== shown) return this.#enter();
    this.items = timeline(state, this.#client.pending());
    this.#announceOnly(announced && state.asking === 0);
    const lost = this.#scroll.keep(() => {
      this.#rows.show(this.items);
      this.#paintLoading(state);
      byId("loading-after", HTMLElement).hidden = !state.after;
    });
    this.#begin(state);
    if (lost?.row.dataset.o && !this.#going) this.#goBackTo(Number(lost.row.dataset.o), lost.top);
    this.#list.ariaBusy = String(state.asking > 0);
    if (this.items.some(({ pending }) => pending && pending.state !== "failed")) this.#lookAgain();
    this.#fetchNearEnds();
    this.emit("painted");
  }

  /**
   * Show that history is loading, unless the room waits for a connection.
   * @param {import("../state/types.js").RoomState} state
   */
  #paintLoading({ room, before }) {
    const loads = byId("loading-before", HTMLElement);
    const waits = room === null && this.#client.connection.state.name !== "ready";
    loads.hidden = room !== null && !before;
    loads.dataset.text ??= loads.textContent ?? "";
    const text = waits ? say("room.waits") : loads.dataset.text;
    if (loads.textContent !== text) loads.textContent = text;
  }

  /** Return whether the reader is where reading begins, with the whole row on the screen. */
  get settled() {
    return this.#painted === this.#client.shown && this.#begun === this.#client.state().fresh;
  }

  /** @param {string} key @returns {HTMLElement | null} */
  element(key) {
    return this.#rows.element(key);
  }

  /** Return the item of the row that contains an element. @param {Element | null} element @returns {Item | null} */
  itemOf(element) {
    const key = element?.closest("[data-key]")?.getAttribute("data-key");
    return this.items.find((item) => item.key === key) ?? null;
  }

  /** Return an item as it is now. @param {Item} item @returns {Item} */
  current(item) {
    const now = timeline(this.#client.state(), this.#client.pending());
    return now.find(({ key, message }) => key === item.key || (message && message.o === item.message?.o)) ?? item;
  }

  /** Return the row of an offset, when it is on the screen. @param {number} o @returns {HTMLElement | null} */
  messageAt(o) {
    return this.#list.querySelector(`[data-o="${o}"]`);
  }

  /** Scroll to an offset, with the messages around it. @param {number} o */
  async showMessage(o) {
    this.#rows.open([o]);
    this.paint();
    if (!this.messageAt(o)) await this.goTo(() => this.#pages.around(o));
    const message = this.messageAt(o);
    if (!message) return;
    this.#scroll.to(message);
    message.focus({ preventScroll: true });
    message.classList.add("lit");
    setTimeout(() => message.classList.remove("lit"), HIGHLIGHT_MS);
  }

  /**
   * Fetch the messages again that the reader was reading when the window was replaced.
   * @param {number} o @param {number} top
   */
  async #goBackTo(o, top) {
    await this.goTo(() => this.#pages.around(o));
    const message = this.messageAt(o);
    if (message) this.#scroll.toTop(message, top);
  }

  /**
   * Show the end of the window at once, because pending messages are there, and the newest messages when the
   * connection is ready.
   */
  async showNewest() {
    this.#scroll.toEnd();
    await this.#client.ready();
    if (this.#scroll.following) await this.goTo(() => this.#pages.newest());
  }

  /** Replace the messages on the screen, because the reader asked for others. @param {() => Promise<void>} fetched */
  async goTo(fetched) {
    this.#going = true;
    await fetched();
    this.paint();
    this.#going = false;
  }

  /** Enter another room. Nothing of it is announced. */
  #enter() {
    this.#places.set(this.#painted, this.#scroll.place());
    this.#rows.clear();
    this.#painted = this.#client.shown;
    this.#begun = null;
    this.#scroll.toEnd();
    this.paint();
    this.#announceOnly(false);
    this.#comeBack();
  }

  /** Scroll to where the reader was when they left this room. */
  async #comeBack() {
    const [room, place] = [this.#client.shown, this.#places.get(this.#client.shown)];
    if (!place) return;
    if (!this.messageAt(place.o)) await this.goTo(() => this.#pages.around(place.o));
    const message = this.#client.shown === room ? this.messageAt(place.o) : null;
    if (message) this.#scroll.toPlace(message, place.top);
  }

  /**
   * Stop at a new "New" row when a reader who follows the end has more below it than fits.
   * @param {import("../state/types.js").RoomState} state
   */
  #begin({ fresh, head }) {
    if (fresh === this.#begun) return;
    const row = this.#scroll.following ? this.element("new") : null;
    const passed = row !== null && this.#scroll.isAbove(row);
    if (passed || head.o >= (fresh?.to ?? 0)) this.#begun = fresh;
    if (passed) this.#scroll.to(row, 0.2);
  }

  /** @param {boolean} live */
  #announceOnly(live) {
    this.#list.ariaLive = live && this.#list.childElementCount > 0 ? "polite" : "off";
  }

  /** @param {number[]} offsets */
  #openFold(offsets) {
    this.#rows.open(offsets);
    this.paint();
    this.messageAt(offsets[0])?.focus();
  }

  /** Paint again after a second, when a clock appears on pending messages. */
  #lookAgain() {
    clearTimeout(this.#clockLater);
    this.#clockLater = setTimeout(() => this.schedule(), PENDING_SHOWN_AFTER_MS);
  }

  #fetchNearEnds() {
    for (const side of /** @type {const} */ (["before", "after"])) if (this.#scroll.near(side)) this.#pages.more(side);
  }
}
