/** Inbox: what calls the reader, in all rooms: mentions, answers, and turns in games. */

/** @import {Client} from "../client/client.js" */
/** @import {People} from "../../realtime/types.js" */

import { namesOf, withNames } from "../state/mentions.js";
import { mentionsOf } from "../state/rooms.js";
import { dialog } from "../ui/dialog.js";
import { byId, clone, part } from "../ui/dom.js";
import { paintFace, personOf } from "../ui/face.js";
import { shownName } from "../ui/room_name.js";
import { short } from "../ui/time.js";
import { count, errorText, knows, say } from "../ui/words.js";

/**
 * @typedef {{kind: string, room: string, name: string, o: number, at: number, by?: string, read?: boolean, text?: string, mentions?: Record<string, string>, game?: string}} InboxItem
 */

export class Inbox {
  #dialog = dialog("inbox-dialog");
  #button = byId("inbox", HTMLElement);
  #list = byId("inbox-list", HTMLElement);
  #note = byId("inbox-note", HTMLElement);
  #more = byId("inbox-more", HTMLElement);
  #all = byId("inbox-all", HTMLButtonElement);
  /** @type {string | null} the cursor of the next page */
  #next = null;
  /** The number of the latest request; the answer of an earlier one is dropped. */
  #asked = 0;
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#button.addEventListener("click", () => this.open());
    this.#more.addEventListener("click", () => this.#load(this.#next));
    this.#all.addEventListener("click", () => this.#markAll());
    this.#list.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target).closest("a")));
    this.#list.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#client.on("listChanged", () => this.#paintCount());
    this.#client.subscriptions.on("signalled", ({ kind }) => {
      if (this.#dialog.open && (kind === "mention" || kind === "mentions")) this.#load(null);
    });
    this.#paintCount();
  }

  async open() {
    this.#list.replaceChildren();
    this.#dialog.showModal();
    await this.#load(null);
  }

  #paintCount() {
    const unread = this.#client.list.reduce((sum, row) => sum + mentionsOf(row), 0);
    const badge = byId("inbox-count", HTMLElement);
    badge.hidden = unread === 0;
    badge.textContent = unread < 100 ? String(unread) : "99+";
    this.#button.title = say("inbox");
    this.#button.ariaLabel = unread > 0 ? `${say("inbox")}, ${count("mentions", unread)}` : say("inbox");
  }

  /** @param {string | null} before */
  async #load(before) {
    const asked = ++this.#asked;
    if (!this.#list.childElementCount) this.#note.textContent = say("loading");
    try {
      const { items, turns, people, next } = await this.#client.connection.request("inbox.read", { before });
      if (asked !== this.#asked) return;
      if (before === null) this.#list.replaceChildren();
      this.#list.append(...[...turns, ...items].map((item) => this.#row(item, people)));
      this.#next = next ?? null;
      this.#note.textContent = this.#list.childElementCount ? "" : say("inbox.empty");
    } catch (error) {
      if (asked === this.#asked) this.#note.textContent = errorText(error);
    }
    this.#more.hidden = this.#next === null;
    this.#all.hidden = !this.#list.querySelector(".unread");
  }

  /** @param {InboxItem} item @param {People} people @returns {HTMLElement} */
  #row(item, people) {
    const { kind, room, o, at, by = null, read = true, text = "", mentions } = item;
    const row = clone("inbox-template");
    const link = part(row, "a", HTMLAnchorElement);
    const person = personOf(people, by);
    const face = part(row, ".face", HTMLElement);
    link.href = `/r/${room}/@${o}`;
    Object.assign(link.dataset, { room, o, kind });
    link.classList.toggle("unread", !read);
    if (by) paintFace(face, person);
    else face.textContent = "🎲";
    face.classList.toggle("emoji", !by || person.face !== "");
    part(row, ".inbox-what", HTMLElement).textContent = say(`inbox.${kind}`, {
      name: person.name,
      room: this.#roomName(item),
    });
    part(row, ".inbox-text", HTMLElement).textContent = by
      ? withNames(text, namesOf({ ...this.#client.state(room).people, ...people }, mentions))
      : this.#gameName(item);
    const time = part(row, "time", HTMLTimeElement);
    time.dateTime = new Date(at).toISOString();
    time.textContent = short(at);
    part(row, ".inbox-new", HTMLElement).hidden = read;
    return row;
  }

  /** @param {InboxItem} item @returns {string} */
  #roomName({ room, name }) {
    const known = this.#client.list.find(({ key }) => key === room);
    return known ? shownName(known) : name || say("inbox.direct");
  }

  /** @param {InboxItem} item @returns {string} */
  #gameName({ game = "" }) {
    return knows(`game.${game}`) ? say(`game.${game}`) : game;
  }

  /** The link itself leads to the message. @param {HTMLAnchorElement | null} link */
  #clicked(link) {
    if (!link) return;
    this.#dialog.close();
    if (!link.classList.contains("unread")) return;
    this.#mark({ room: link.dataset.room, o: Number(link.dataset.o) });
  }

  async #markAll() {
    await this.#mark({});
    await this.#load(null);
    this.#list.querySelector("a")?.focus();
  }

  /** @param {{room?: string, o?: number}} params */
  async #mark(params) {
    await this.#client.ready();
    await this.#client.connection.request("inbox.mark", params).catch((error) => {
      this.#note.textContent = errorText(error);
    });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const links = [...this.#list.querySelectorAll("a")];
    const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined || !links[to]) return;
    links[to].focus();
    event.preventDefault();
  }
}
