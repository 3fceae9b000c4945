/** Reactors shows who has reacted: while the pointer or the focus is on a reaction, and after a long press on it. */

/** @import {Client} from "../client/client.js" */
/** @import {Timeline} from "./timeline.js" */

import { markUnknown } from "../state/people.js";
import { reactionsOf } from "../state/reactions.js";
import { byId } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { LongPress } from "../ui/long_press.js";
import { openBy } from "../ui/menu.js";
import { count, listed, say } from "../ui/words.js";

const HOVER_MS = 300;
/** More people are counted. */
const NAMED = 30;

export class Reactors {
  #lines = byId("lines", HTMLElement);
  #note = byId("reactors", HTMLElement);
  #client;
  #timeline;
  /** @type {HTMLElement | null} */
  #button = null;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client @param {Timeline} timeline */
  constructor(client, timeline) {
    this.#client = client;
    this.#timeline = timeline;
  }

  start() {
    this.#lines.addEventListener(
      "pointerover",
      (event) => event.pointerType === "mouse" && this.#pointed(event.target),
    );
    this.#lines.addEventListener("pointerleave", () => this.#hide());
    this.#lines.addEventListener("focusin", ({ target }) => this.#focused(/** @type {Element} */ (target)));
    this.#lines.addEventListener("focusout", () => this.#hide());
    this.#lines.addEventListener("click", () => this.#hide());
    new LongPress(this.#lines, (target) => this.#show(reactionAt(target))).start();
    this.#timeline.on("painted", () => this.#paint());
    document.addEventListener("pointerdown", () => this.#hide());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide());
    document.addEventListener("scroll", () => this.#hide(), { capture: true, passive: true });
  }

  /** @param {EventTarget | null} target */
  #pointed(target) {
    const button = reactionAt(/** @type {Element} */ (target));
    if (button === this.#button) return;
    this.#hide();
    this.#button = button;
    if (button) this.#timer = setTimeout(() => this.#show(button), HOVER_MS);
  }

  /** @param {Element} target */
  #focused(target) {
    if (!target.matches(".reaction[data-emoji]:focus-visible")) return;
    this.#timer = setTimeout(() => this.#show(reactionAt(target))); // a menu that closes gives the focus back
  }

  /** @param {HTMLElement | null} button */
  #show(button) {
    if (!button?.isConnected || document.querySelector(".menu:popover-open")) return;
    this.#button = button;
    button.setAttribute("aria-describedby", this.#note.id);
    this.#ask(button);
    this.#write(button);
    openBy(this.#note, button);
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#button?.removeAttribute("aria-describedby");
    this.#button = null;
    if (this.#note.matches(":popover-open")) this.#note.hidePopover();
  }

  /** Write the names again when a name or a reaction has arrived. */
  #paint() {
    if (!this.#note.matches(":popover-open") || !this.#button) return;
    if (this.#button.isConnected) this.#write(this.#button);
    else this.#hide();
  }

  /** Ask for the names that are not known. @param {HTMLElement} button */
  #ask(button) {
    const users = this.#users(button).slice(0, NAMED);
    this.#client.dispatch(this.#client.shown, { type: "app", change: (state) => markUnknown(state, users) });
  }

  /** @param {HTMLElement} button */
  #write(button) {
    const { people, me } = this.#client.state();
    const all = this.#users(button);
    const users = me && all.includes(me) ? [me, ...all.filter((user) => user !== me)] : all;
    const names = users
      .slice(0, NAMED)
      .map((user) => (user === me ? say("reactions.you") : personOf(people, user).name));
    const others = users.length > NAMED ? [count("reactions.others", users.length - NAMED)] : [];
    this.#note.textContent = say("reactions.who", {
      names: listed([...names, ...others]),
      emoji: button.dataset.emoji ?? "",
    });
  }

  /** @param {HTMLElement} button @returns {string[]} */
  #users(button) {
    const item = this.#timeline.itemOf(button);
    const reactions = item ? reactionsOf(item, this.#client.me) : [];
    return reactions.find(([emoji]) => emoji === button.dataset.emoji)?.[1] ?? [];
  }
}

/** @param {Element} target @returns {HTMLElement | null} */
function reactionAt(target) {
  return /** @type {HTMLElement | null} */ (target.closest(".reaction[data-emoji]"));
}
