/**
 * Browse lists the public rooms that the reader has not joined, page by page, and the reader's own archived or deleted
 * rooms.
 */

/** @import {Client} from "../client/client.js" */

import { dialog } from "../ui/dialog.js";
import { byId, clone, part } from "../ui/dom.js";
import { short } from "../ui/time.js";
import { count, errorText, say } from "../ui/words.js";
import { restoreRoom } from "./closing.js";

const SEARCH_DELAY_MS = 250;
const RESTORABLE_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * @typedef {{key: string, name: string, topic: string, members: number, here: number, archived: number | null, deleted: number | null}} PublicRoom
 */

export class Browse {
  #dialog = dialog("browse-dialog");
  #list = byId("browse-list", HTMLElement);
  #note = byId("browse-note", HTMLElement);
  #search = byId("browse-search", HTMLInputElement);
  #more = byId("browse-more", HTMLElement);
  #archived = byId("browse-archived", HTMLElement);
  /** @type {any} */
  #typed = null;
  /** @type {string | null} the cursor of the next page */
  #next = null;
  /** The number of the latest search; the answer of an earlier one is dropped. */
  #asked = 0;
  #client;
  #go;

  /** @param {Client} client @param {(key: string) => void} go */
  constructor(client, go) {
    this.#client = client;
    this.#go = go;
  }

  start() {
    byId("browse", HTMLElement).addEventListener("click", () => this.open());
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => this.#load(null), SEARCH_DELAY_MS);
    });
    this.#more.addEventListener("click", () => this.#load(this.#next));
    this.#archived.addEventListener("click", () => this.#show(this.#archived.getAttribute("aria-pressed") !== "true"));
    byId("browse-create", HTMLElement).addEventListener("click", () => {
      this.#dialog.close();
      byId("create", HTMLElement).click();
    });
  }

  async open() {
    this.#search.value = "";
    this.#dialog.showModal();
    await this.#show(false);
  }

  /** @param {boolean} archived */
  #show(archived) {
    this.#archived.setAttribute("aria-pressed", String(archived));
    return this.#load(null);
  }

  /** @param {string | null} before */
  async #load(before) {
    const asked = ++this.#asked;
    const archived = this.#archived.getAttribute("aria-pressed") === "true";
    if (before === null) this.#list.replaceChildren();
    this.#note.textContent = say("loading");
    try {
      const { rooms, next } = await this.#client.connection.request("room.list", {
        before,
        search: this.#search.value,
        archived,
      });
      if (asked !== this.#asked) return;
      this.#list.append(...rooms.map((/** @type {PublicRoom} */ room) => this.#row(room)));
      this.#next = next ?? null;
      this.#note.textContent =
        this.#list.childElementCount > 0
          ? ""
          : say(this.#search.value.trim() ? "browse.nothing" : archived ? "browse.no_archived" : "browse.none");
    } catch (error) {
      if (asked === this.#asked) this.#note.textContent = errorText(error);
    }
    this.#more.hidden = this.#next === null;
  }

  /** @param {PublicRoom} room @returns {HTMLElement} */
  #row(room) {
    const row = clone("browse-template");
    const name = part(row, ".browse-name", HTMLAnchorElement);
    name.textContent = `# ${room.name}`;
    if (!room.deleted) name.href = `/r/${room.key}/`;
    name.addEventListener("click", () => this.#dialog.close());
    const state = room.deleted
      ? say("browse.deleted", { time: short(room.deleted + RESTORABLE_MS) })
      : room.archived
        ? say("browse.archived")
        : "";
    part(row, ".browse-about", HTMLElement).textContent = [
      state,
      count("members", room.members),
      room.here > 0 ? count("here", room.here) : "",
      room.topic,
    ]
      .filter(Boolean)
      .join(" · ");
    const button = part(row, "button", HTMLElement);
    const closed = Boolean(room.archived || room.deleted);
    if (closed) button.textContent = say("browse.restore");
    button.addEventListener("click", () => (closed ? this.#restore(room) : this.#join(room.key)));
    return row;
  }

  /** @param {PublicRoom} room */
  async #restore(room) {
    if (await restoreRoom(this.#client, room.key, room.name)) await this.#load(null);
  }

  /** @param {string} key */
  async #join(key) {
    try {
      await this.#client.act("room.join", { room: key });
      this.#dialog.close();
      this.#go(key);
    } catch (error) {
      this.#note.textContent = errorText(error);
    }
  }
}
