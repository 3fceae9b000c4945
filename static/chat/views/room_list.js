/** RoomList is the column of the reader's rooms: unread counts, people who are present, drafts. */

/** @import {Client} from "../client/client.js" */
/** @import {RoomRow} from "../state/types.js" */

import { mentionsOf, unread } from "../state/rooms.js";
import { byId, clone, part } from "../ui/dom.js";
import { shownName } from "../ui/room_name.js";
import { count } from "../ui/words.js";

export class RoomList {
  #list = byId("rooms-list", HTMLElement);
  #direct = byId("rooms-direct", HTMLElement);
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#client.on("listChanged", () => this.#paint());
    this.#client.on("shown", () => this.#paint());
    this.#client.drafts.on("changed", () => this.#paint());
    this.#paint();
  }

  #paint() {
    const rooms = sorted(this.#client.list);
    const keys = new Set(rooms.map(({ key }) => key));
    for (const [key, row] of this.#rows) if (!keys.has(key)) this.#drop(key, row);
    const between = rooms.filter(isDirect);
    rooms
      .filter((room) => !between.includes(room))
      .forEach((room, index) => this.#place(this.#list, this.#painted(room), index));
    between.forEach((room, index) => this.#place(this.#direct, this.#painted(room), index));
    byId("rooms-direct-title", HTMLElement).hidden = between.length === 0;
    this.#paintBack(rooms);
  }

  /** @param {string} key @param {HTMLElement} row */
  #drop(key, row) {
    row.remove();
    this.#rows.delete(key);
  }

  /** @param {HTMLElement} list @param {HTMLElement} row @param {number} index */
  #place(list, row, index) {
    if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
  }

  /** @param {RoomRow} room @returns {HTMLElement} */
  #painted(room) {
    const row = this.#rows.get(room.key) ?? clone("room-template");
    this.#rows.set(room.key, row);
    const shown = room.key === this.#client.shown;
    const waiting = unread(room);
    const link = part(row, ".room", HTMLAnchorElement);
    link.href = `/r/${room.key}/`;
    link.classList.toggle("unread", waiting + mentionsOf(room) > 0);
    if (shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    part(row, ".room-name", HTMLElement).textContent = shownName(room);
    part(row, ".room-sign", HTMLElement).hidden = !room.public;
    part(row, ".room-lock", SVGSVGElement).toggleAttribute("hidden", room.public || isDirect(room));
    part(row, ".room-draft", HTMLElement).hidden = shown || this.#client.drafts.get(room.key) === "";
    paintNumbers(row, room.here, waiting, mentionsOf(room));
    return row;
  }

  /** Show on the way back of a phone how much is unread in other rooms. @param {RoomRow[]} rooms */
  #paintBack(rooms) {
    const others = rooms.filter(({ key }) => key !== this.#client.shown);
    const elsewhere = others.reduce((sum, room) => sum + unread(room), 0);
    const mentions = others.reduce((sum, room) => sum + mentionsOf(room), 0);
    byId("back-count", HTMLElement).textContent = badgeText(elsewhere, mentions);
  }
}

/** Return the lounge first, the others by name. @param {RoomRow[]} rooms @returns {RoomRow[]} */
export function sorted(rooms) {
  return rooms.toSorted((a, b) => Number(b.lounge) - Number(a.lounge) || a.name.localeCompare(b.name));
}

/** @param {{direct?: string[]}} room */
export function isDirect({ direct }) {
  return Boolean(direct?.length);
}

/** @param {HTMLElement} row @param {number} here @param {number} waiting @param {number} mentions */
function paintNumbers(row, here, waiting, mentions) {
  const presence = part(row, ".room-here", HTMLElement);
  const badge = part(row, ".room-unread", HTMLElement);
  presence.hidden = here === 0 || waiting + mentions > 0;
  presence.textContent = String(here);
  presence.title = presence.ariaLabel = count("here", here);
  badge.hidden = waiting + mentions === 0;
  badge.classList.toggle("mentions", mentions > 0);
  badge.textContent = badgeText(waiting, mentions);
  badge.ariaLabel = [mentions > 0 ? count("mentions", mentions) : "", waiting > 0 ? count("unread", waiting) : ""]
    .filter(Boolean)
    .join(", ");
}

/** Return what a badge says: mentions come before unread messages. @param {number} waiting @param {number} mentions */
export function badgeText(waiting, mentions) {
  if (mentions > 0) return `@${shortened(mentions)}`;
  return waiting > 0 ? shortened(waiting) : "";
}

/** @param {number} n @returns {string} */
function shortened(n) {
  return n < 100 ? String(n) : "99+";
}
