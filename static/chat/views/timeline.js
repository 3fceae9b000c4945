/** Timeline of the room: rows by key, added, changed and removed one by one, once a frame. */

/** @import {Client} from "../client/client.js" */
/** @import {Pages} from "../client/pages.js" */
/** @import {Row} from "../state/rows.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Scroll} from "../ui/scroll.js" */

import { realClock } from "../../realtime/clock.js";
import { Emitter } from "../../realtime/emitter.js";
import { authorOf } from "../state/item.js";
import { rowsOf } from "../state/rows.js";
import { badgeOf, firstNew, myRank, timeline } from "../state/selectors.js";
import { PENDING_SHOWN_AFTER_MS } from "../ui/delivery.js";
import { byId, clone, part } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { currentZone, dayName, watchCalendar } from "../ui/time.js";
import { count, say } from "../ui/words.js";
import { buildMessage, cardDepends, paintMessage, unfold } from "./message.js";

const LIT_MS = 2400;

/** Event "painted": the rows are up to date. @extends {Emitter<{painted: []}>} */
export class Timeline extends Emitter {
  /** @type {Map<string, {element: HTMLElement, seen: unknown[]}>} */
  #rows = new Map();
  #list = byId("lines", HTMLElement);
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
  #zone = currentZone();
  /** @type {Map<string, {o: number, top: number} | null>} the reader's position, by room */
  #places = new Map();
  /** @type {Set<number>} offsets of removed messages that the reader has opened */
  #unfolded = new Set();

  /** @param {Client} client @param {Scroll} scroll @param {Pages} pages */
  constructor(client, scroll, pages) {
    super();
    this.#client = client;
    this.#pages = pages;
    this.#scroll = scroll;
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
    this.#adopt();
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

  /** Adopt the rows that the server rendered. */
  #adopt() {
    const rows = /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("[data-key]"));
    for (const element of rows) this.#rows.set(element.dataset.key ?? "", { element, seen: [] });
    this.#painted = this.#client.shown;
    this.#scroll.adopt();
  }

  /** Paint all that has changed, in the next frame. */
  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.paint());
  }

  /** @param {boolean} [announced] whether new rows are announced to screen readers */
  paint(announced = true) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#zone = currentZone();
    const { shown } = this.#client;
    const state = this.#client.state();
    if (this.#painted !== shown) return this.#enter();
    this.items = timeline(state, this.#client.pending());
    this.#announceOnly(announced && state.asking === 0);
    const lost = this.#scroll.keep(() => {
      this.#reconcile(rowsOf(this.items, firstNew(state), state.me, this.#unfolded));
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
    return this.#rows.get(key)?.element ?? null;
  }

  /** Return the item of the row that contains an element. @param {Element | null} element @returns {Item | null} */
  itemOf(element) {
    const key = element?.closest("[data-key]")?.getAttribute("data-key");
    return this.items.find((item) => item.key === key) ?? null;
  }

  /** Return the row of an offset, when it is on the screen. @param {number} o @returns {HTMLElement | null} */
  messageAt(o) {
    return this.#list.querySelector(`[data-o="${o}"]`);
  }

  /** Scroll to an offset, with the messages around it. @param {number} o */
  async showMessage(o) {
    this.#unfolded.add(o);
    this.paint();
    if (!this.messageAt(o)) await this.goTo(() => this.#pages.around(o));
    const message = this.messageAt(o);
    if (!message) return;
    this.#scroll.to(message);
    message.focus({ preventScroll: true });
    message.classList.add("lit");
    setTimeout(() => message.classList.remove("lit"), LIT_MS);
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
    this.#list.replaceChildren();
    this.#rows.clear();
    this.#painted = this.#client.shown;
    this.#begun = null;
    this.#unfolded.clear();
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

  /** @param {Row[]} rows */
  #reconcile(rows) {
    const wanted = new Set(rows.map(({ key }) => key));
    for (const [key, { element }] of this.#rows) if (!wanted.has(key)) this.#drop(key, element);
    /** @type {Element | null} */
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const element = this.#painting(row);
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
  }

  /** @param {string} key @param {HTMLElement} element */
  #drop(key, element) {
    element.remove();
    this.#rows.delete(key);
  }

  /**
   * Return the element of a row, painted again when its values have changed.
   * @param {Row} row @returns {HTMLElement}
   */
  #painting(row) {
    const known = this.#rows.get(row.key) ?? { element: build(row), seen: [] };
    const seen = this.#seenBy(row);
    if (seen.length !== known.seen.length || seen.some((value, index) => value !== known.seen[index]))
      this.#paintRow(known.element, row);
    this.#rows.set(row.key, { element: known.element, seen });
    return known.element;
  }

  /** @param {Row} row @returns {unknown[]} */
  #seenBy(row) {
    if (row.kind === "day") return [dayName(row.at)];
    if (row.kind === "new") return ["new"];
    if (row.kind === "fold") return [row.offsets.length, myRank(this.#client.state()) > 0];
    const { message, pending } = row.item;
    const state = this.#client.state();
    const seen = [
      this.#zone,
      this.#client.blocked.has(message?.by ?? ""),
      message,
      pending,
      pending && realClock.now() - pending.at >= PENDING_SHOWN_AFTER_MS,
      row.grouped,
      personOf(state.people, authorOf(row.item, state.me)),
      badgeOf(state, authorOf(row.item, state.me)),
    ];
    return message ? [...seen, ...cardDepends(message, state, this.#client.plugs.cards)] : seen;
  }

  /** @param {HTMLElement} element @param {Row} row */
  #paintRow(element, row) {
    if (row.kind === "day") part(element, "time", HTMLElement).textContent = dayName(row.at);
    if (row.kind === "fold") this.#paintFold(element, row);
    if (row.kind === "message")
      paintMessage(element, {
        blocked: this.#client.blocked.has(row.item.message?.by ?? ""),
        item: row.item,
        grouped: row.grouped,
        state: this.#client.state(),
        cards: this.#client.plugs.cards,
        now: realClock.now(),
      });
  }

  /**
   * Paint removed messages as one row. Hosts and moderators may open it.
   * @param {HTMLElement} element @param {import("../state/rows.js").Fold} fold
   */
  #paintFold(element, { offsets }) {
    const button = part(element, "button", HTMLButtonElement);
    const words = count("line.fold", offsets.length);
    const mayOpen = myRank(this.#client.state()) > 0;
    button.hidden = !mayOpen;
    button.textContent = mayOpen ? words : "";
    part(element, "span", HTMLElement).textContent = mayOpen ? "" : words;
    button.onclick = () => this.#unfold(offsets);
  }

  /** @param {number[]} offsets */
  #unfold(offsets) {
    for (const o of offsets) this.#unfolded.add(o);
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

/** @param {Row} row @returns {HTMLElement} */
function build(row) {
  if (row.kind === "message") return buildMessage(row.item);
  return clone(`${row.kind}-template`);
}
