/** PinsPanel lists the pinned messages of the room, the newest pin first. It is read while it is open. */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {Message, RoomState} from "../state/types.js" */
/** @import {SidePanel} from "./side_panel.js" */

import { realClock } from "../../realtime/clock.js";
import { addPeople } from "../state/people.js";
import { addQuotes } from "../state/quotes.js";
import { byId, icon, make } from "../ui/dom.js";
import { errorText, say } from "../ui/words.js";
import { buildMessage, paintMessage } from "./message.js";
import { mayPin, setPinned } from "./pinning.js";

const ID = "pins";
const CHANGING = new Set([
  "message.pinned",
  "message.edited",
  "message.deleted",
  "message.restored",
  "messages.removed",
]);
const COVERS_TALK = matchMedia("(max-width: 719px)");

/** @typedef {{lines: Message[], people: any, quotes?: any, more: boolean}} Pins */

export class PinsPanel {
  #panel = byId(ID, HTMLElement);
  #list = byId("pins-list", HTMLElement);
  #note = byId("pins-note", HTMLElement);
  #client;
  #side;
  #frame = 0;
  /** @type {string | null} the room whose pins are shown */
  #room = null;

  /** @param {Client} client @param {SidePanel} side */
  constructor(client, side) {
    this.#client = client;
    this.#side = side;
  }

  start() {
    this.#side.add(ID, say("pins.title"));
    this.#side.on("turned", () => this.#turned());
    this.#panel.addEventListener("keydown", ({ key }) => key === "Escape" && this.#side.close());
    this.#list.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)));
    this.#client.on("shown", () => this.#schedule());
    this.#client.connection.on("greeted", () => this.#schedule());
    this.#client.subscriptions.on("eventApplied", (event) => this.#changed(event));
  }

  /** Show the panel. Its tab is there as long as the side panel is open. */
  open() {
    this.#side.offer(ID, true);
    this.#side.open(ID);
    byId("side-close", HTMLElement).focus();
  }

  #turned() {
    if (this.#side.shown === null) this.#side.offer(ID, false);
    this.#schedule();
  }

  /** @param {RoomEvent} event */
  #changed({ room, kind }) {
    if (room === this.#client.shown && CHANGING.has(kind)) this.#schedule();
  }

  /** Read the pins in the next frame, when the panel is open. */
  #schedule() {
    if (this.#side.shown === ID) this.#frame ||= requestAnimationFrame(() => this.#load());
  }

  async #load() {
    this.#frame = 0;
    const { shown } = this.#client;
    if (this.#client.connection.state.name !== "ready") return;
    if (this.#room !== shown) this.#list.replaceChildren();
    this.#room = shown;
    this.#panel.ariaBusy = "true";
    try {
      const pins = await this.#client.connection.request("pins.read", { room: shown });
      if (this.#room === shown) this.#paint(pins);
    } catch (error) {
      this.#note.textContent = `${say("pins.failed")} ${errorText(error)}`;
    }
    this.#panel.ariaBusy = "false";
  }

  /** @param {Pins} pins */
  #paint({ lines, people, quotes, more }) {
    const state = addQuotes(addPeople(this.#client.state(), people), quotes);
    this.#list.replaceChildren(...lines.map((message) => this.#row(message, state)));
    const empty = say(mayPin(state) ? "pins.empty.host" : "pins.empty");
    this.#note.textContent = lines.length === 0 ? empty : more ? say("pins.more") : "";
  }

  /** @param {Message} message @param {RoomState} state @returns {HTMLElement} */
  #row(message, state) {
    const item = { key: `pin ${message.o}`, message, pending: null };
    const row = make("li", "pinned");
    const line = buildMessage(item);
    const { blocked, plugs, uploads } = this.#client;
    const isBlocked = blocked.has(message.by ?? "");
    const view = { item, state, blocked: isBlocked, blockedPeople: blocked, cards: plugs.cards, uploads };
    paintMessage(line, { ...view, grouped: false, now: realClock.now() });
    row.dataset.o = String(message.o);
    row.append(line, this.#actions(message, state));
    return row;
  }

  /** @param {Message} message @param {RoomState} state @returns {HTMLElement} */
  #actions(message, state) {
    const actions = make("p", "pinned-acts");
    const link = /** @type {HTMLAnchorElement} */ (make("a", "link", say("pins.show")));
    link.href = `/r/${state.room?.key ?? ""}/@${message.o}`;
    actions.append(link);
    if (!mayPin(state)) return actions;
    const unpin = /** @type {HTMLButtonElement} */ (make("button", "button plain square"));
    Object.assign(unpin, { type: "button", title: say("act.unpin"), ariaLabel: say("act.unpin") });
    unpin.append(icon("close"));
    actions.append(unpin);
    return actions;
  }

  /** @param {Element} target */
  #clicked(target) {
    const o = Number(/** @type {HTMLElement | null} */ (target.closest(".pinned"))?.dataset.o);
    if (target.closest("button.square")) setPinned(this.#client, o, false);
    else if (target.closest("a[href]") && COVERS_TALK.matches) this.#side.close();
  }
}
