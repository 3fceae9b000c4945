/** Rows of the timeline: one element for each key, added, painted and removed one by one. */

/** @import {Client} from "../client/client.js" */
/** @import {Fold, Row} from "../state/rows.js" */
/** @import {Item} from "../state/types.js" */

import { realClock } from "../../realtime/clock.js";
import { authorOf } from "../state/item.js";
import { mayRemovePreviews } from "../state/previews.js";
import { rowsOf } from "../state/rows.js";
import { badgeOf, firstNew, myRank } from "../state/selectors.js";
import { PENDING_SHOWN_AFTER_MS } from "../ui/delivery.js";
import { clone, part } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { currentZone, dayName } from "../ui/time.js";
import { count } from "../ui/words.js";
import { buildMessage, cardDepends, paintMessage } from "./message.js";
import { quoteDepends } from "./quote.js";

export class Rows {
  /** @type {Map<string, {element: HTMLElement, seen: unknown[]}>} */
  #rows = new Map();
  /** @type {Set<number>} offsets of removed messages that the reader has opened */
  #opened = new Set();
  #zone = currentZone();
  #list;
  #client;
  #foldOpened;

  /** @param {HTMLElement} list @param {Client} client @param {(offsets: number[]) => void} foldOpened */
  constructor(list, client, foldOpened) {
    this.#list = list;
    this.#client = client;
    this.#foldOpened = foldOpened;
  }

  /** Adopt the rows that the server rendered. */
  adopt() {
    const rows = /** @type {NodeListOf<HTMLElement>} */ (this.#list.querySelectorAll("[data-key]"));
    for (const element of rows) this.#rows.set(element.dataset.key ?? "", { element, seen: [] });
  }

  clear() {
    this.#list.replaceChildren();
    this.#rows.clear();
    this.#opened.clear();
  }

  /** @param {string} key @returns {HTMLElement | null} */
  element(key) {
    return this.#rows.get(key)?.element ?? null;
  }

  /** Show removed messages each in a row of its own. @param {number[]} offsets */
  open(offsets) {
    for (const o of offsets) this.#opened.add(o);
  }

  /** @param {Item[]} items */
  show(items) {
    const state = this.#client.state();
    const rows = rowsOf(items, firstNew(state), state.me, this.#opened);
    const wanted = new Set(rows.map(({ key }) => key));
    this.#zone = currentZone();
    for (const [key, { element }] of this.#rows) if (!wanted.has(key)) this.#drop(key, element);
    /** @type {Element | null} */
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const element = this.#painted(row);
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
  #painted(row) {
    const known = this.#rows.get(row.key) ?? { element: build(row), seen: [] };
    const seen = this.#seenBy(row);
    if (seen.length !== known.seen.length || seen.some((value, index) => value !== known.seen[index]))
      this.#paint(known.element, row);
    this.#rows.set(row.key, { element: known.element, seen });
    return known.element;
  }

  /** Return the values on which a row depends. @param {Row} row @returns {unknown[]} */
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
      ...quoteDepends(row.item, state, this.#client.blocked),
    ];
    seen.push(...(row.item.reacting ?? []));
    if (message?.data?.previews) seen.push(mayRemovePreviews(state, row.item));
    return message ? [...seen, ...cardDepends(message, state, this.#client.plugs.cards)] : seen;
  }

  /** @param {HTMLElement} element @param {Row} row */
  #paint(element, row) {
    if (row.kind === "day") part(element, "time", HTMLElement).textContent = dayName(row.at);
    if (row.kind === "fold") this.#paintFold(element, row);
    if (row.kind === "message")
      paintMessage(element, {
        blocked: this.#client.blocked.has(row.item.message?.by ?? ""),
        blockedPeople: this.#client.blocked,
        item: row.item,
        grouped: row.grouped,
        state: this.#client.state(),
        cards: this.#client.plugs.cards,
        now: realClock.now(),
        uploads: this.#client.uploads,
      });
  }

  /** Paint removed messages as one row. Hosts and moderators may open it. @param {HTMLElement} element @param {Fold} fold */
  #paintFold(element, { offsets }) {
    const button = part(element, "button", HTMLButtonElement);
    const words = count("line.fold", offsets.length);
    const mayOpen = myRank(this.#client.state()) > 0;
    button.hidden = !mayOpen;
    button.textContent = mayOpen ? words : "";
    part(element, "span", HTMLElement).textContent = mayOpen ? "" : words;
    button.onclick = () => this.#foldOpened(offsets);
  }
}

/** @param {Row} row @returns {HTMLElement} */
function build(row) {
  if (row.kind === "message") return buildMessage(row.item);
  return clone(`${row.kind}-template`);
}
