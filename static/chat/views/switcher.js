/** Switcher: Ctrl or Cmd and K, a few letters of a room's name, Enter. Actions of plugs stand below the rooms. */

/** @import {Client} from "../client/client.js" */
/** @import {RoomRow} from "../state/types.js" */

import { mentionsOf, unread } from "../state/rooms.js";
import { dialog } from "../ui/dialog.js";
import { byId, make } from "../ui/dom.js";
import { shownName } from "../ui/room_name.js";
import { badgeText, sorted } from "./room_list.js";

/** @typedef {{label: string, act: () => void, unread?: number, mentions?: number}} SwitchRow */

export class Switcher {
  #dialog = dialog("switch-dialog");
  #text = byId("switch-text", HTMLInputElement);
  #list = byId("switch-list", HTMLElement);
  #client;
  #go;
  #chosen = 0;
  /** @type {SwitchRow[]} */
  #rows = [];

  /** @param {Client} client @param {(key: string) => void} go */
  constructor(client, go) {
    this.#client = client;
    this.#go = go;
  }

  start() {
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    byId("switch", HTMLElement).addEventListener("click", () => this.open());
    this.#text.addEventListener("input", () => this.#search());
    this.#text.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#list.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target).closest("li")));
  }

  open() {
    this.#text.value = "";
    this.#search();
    this.#dialog.showModal();
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (this.#dialog.open) this.#dialog.close();
    else if (!document.querySelector("dialog[open]")) this.open();
  }

  /** List rooms with unread messages first, and the shown one last. */
  #search() {
    const { shown, list } = this.#client;
    const wanted = this.#text.value.trim().toLocaleLowerCase();
    const found = sorted(list).filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
    const rooms = found.toSorted(
      (a, b) => Number(a.key === shown) - Number(b.key === shown) || Number(unread(b) > 0) - Number(unread(a) > 0),
    );
    const actions = this.#client.plugs.ask("paletteActions", this.#text.value).flat();
    this.#rows = [...rooms.map((room) => this.#roomRow(room)), ...actions];
    this.#choose(0);
  }

  /** @param {RoomRow} room @returns {SwitchRow} */
  #roomRow(room) {
    const label = `${room.public ? "# " : ""}${shownName(room)}`;
    return { label, act: () => this.#go(room.key), unread: unread(room), mentions: mentionsOf(room) };
  }

  /** @param {number} index */
  #choose(index) {
    const { length } = this.#rows;
    this.#chosen = length > 0 ? (index + length) % length : 0;
    this.#list.replaceChildren(...this.#rows.map((row, at) => option(row, at, at === this.#chosen)));
    this.#text.setAttribute("aria-activedescendant", length > 0 ? `switch-${this.#chosen}` : "");
    this.#list.children[this.#chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#choose(this.#chosen + step);
    else if (event.key === "Enter") this.#take(this.#rows[this.#chosen]);
    else return;
    event.preventDefault();
  }

  /** @param {Element | null} row */
  #clicked(row) {
    if (row) this.#take(this.#rows[[...this.#list.children].indexOf(row)]);
  }

  /** @param {SwitchRow | undefined} row */
  #take(row) {
    if (!row) return;
    this.#dialog.close();
    row.act();
  }
}

/** @param {SwitchRow} row @param {number} at @param {boolean} chosen @returns {HTMLElement} */
function option({ label, unread = 0, mentions = 0 }, at, chosen) {
  const row = make("li", "switch-option");
  row.id = `switch-${at}`;
  row.setAttribute("role", "option");
  row.ariaSelected = String(chosen);
  row.append(make("span", "", label));
  const badge = badgeText(unread, mentions);
  if (badge) row.append(make("span", "room-unread count", badge));
  return row;
}
