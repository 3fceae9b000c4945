/**
 * MessageBar is the bar over the message under the pointer or the focus, and its menu for fingers. Arrow keys walk
 * through the messages.
 */

/** @import {Item} from "../state/types.js" */
/** @import {MessageActions} from "./message_actions.js" */
/** @import {Timeline} from "./timeline.js" */

import { byId, icon, make } from "../ui/dom.js";
import { LongPress } from "../ui/long_press.js";
import { fill, openBy, walk } from "../ui/menu.js";
import { Swipe } from "../ui/swipe.js";
import { say } from "../ui/words.js";

const IN_THE_BAR = 3;

export class MessageBar {
  #lines = byId("lines", HTMLElement);
  #bar = byId("actions", HTMLElement);
  #menu = byId("line-menu", HTMLElement);
  #timeline;
  #actions;
  /** @type {HTMLElement | null} */
  #message = null;
  /** @type {Item | null} */
  #shown = null;

  /** @param {Timeline} timeline @param {MessageActions} actions */
  constructor(timeline, actions) {
    this.#timeline = timeline;
    this.#actions = actions;
  }

  start() {
    this.#lines.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.#show(event.target));
    this.#lines.addEventListener("focusin", (event) => this.#show(event.target));
    this.#lines.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#bar.addEventListener("keydown", (event) => this.#barKeyPressed(event));
    this.#lines.parentElement?.addEventListener("pointerleave", () => this.#left());
    new LongPress(this.#lines, (target) => this.#pressed(target)).start();
    new Swipe(this.#lines, ".line", (row) => this.#swipe(row)).start();
    this.#timeline.on("painted", () => this.#place());
    this.#menu.addEventListener("toggle", () =>
      this.#message?.classList.toggle("held", this.#menu.matches(":popover-open")),
    );
    walk(this.#menu);
  }

  /** @param {EventTarget | null} target */
  #show(target) {
    const message = /** @type {Element} */ (target).closest(".line");
    if (!(message instanceof HTMLElement) || this.#menu.matches(":popover-open")) return;
    this.#message = message;
    this.#place();
  }

  #place() {
    const item = this.#message?.isConnected ? this.#timeline.itemOf(this.#message) : null;
    const actions = item ? this.#actions.of(item) : [];
    this.#bar.hidden = actions.length === 0;
    if (!this.#message || !item || this.#bar.hidden) return;
    if (item !== this.#shown) this.#bar.replaceChildren(...this.#buttons(actions, item));
    this.#shown = item;
    this.#bar.style.top = `${Math.max(0, this.#message.offsetTop - 18)}px`;
  }

  /** @param {import("../ui/menu.js").Action[]} actions @param {Item} item @returns {HTMLElement[]} */
  #buttons(actions, item) {
    /** @type {import("../ui/menu.js").Action} */
    const more = { icon: "more", word: say("act.more"), act: () => this.#openMenu(item, this.#bar) };
    return [...actions.slice(0, IN_THE_BAR), ...(actions.length > IN_THE_BAR ? [more] : [])].map((act) => {
      const button = /** @type {HTMLButtonElement} */ (make("button", "action"));
      button.type = "button";
      button.ariaLabel = act.word;
      button.title = act.key ? `${act.word} (${act.key.toUpperCase()})` : act.word;
      if (act.key) button.ariaKeyShortcuts = act.key;
      button.append(icon(act.icon));
      button.addEventListener("click", act.act);
      return button;
    });
  }

  #left() {
    const focused = document.activeElement;
    const byKeyboard =
      focused?.matches(":focus-visible") && (this.#bar.contains(focused) || this.#lines.contains(focused));
    if (byKeyboard) return;
    this.#message = this.#shown = null;
    this.#bar.hidden = true;
  }

  /** @param {Element} target */
  #pressed(target) {
    const message = target.closest(".reaction") ? null : target.closest(".line");
    const item = this.#timeline.itemOf(message);
    if (!(message instanceof HTMLElement) || !item || this.#actions.of(item).length === 0) return;
    this.#message = message;
    this.#openMenu(item, message);
  }

  /** Return what a swipe over a row does. @param {HTMLElement} row @returns {(() => void) | null} */
  #swipe(row) {
    const item = this.#timeline.itemOf(row);
    return (item && this.#actions.answer(item)) ?? null;
  }

  /**
   * Do the action of a key on the message that has the focus.
   * @param {KeyboardEvent} event @returns {boolean} whether there is such an action
   */
  #actByKey({ key, ctrlKey, metaKey, altKey, target }) {
    if (ctrlKey || metaKey || altKey || key.length !== 1) return false;
    const item = /** @type {Element} */ (target).matches(".line")
      ? this.#timeline.itemOf(/** @type {Element} */ (target))
      : null;
    const action = item && this.#actions.of(item).find((action) => action.key === key.toLowerCase());
    action?.act();
    return Boolean(action);
  }

  /** @param {Item} item @param {HTMLElement} anchor */
  #openMenu(item, anchor) {
    const quick = this.#actions.quick(item, () => this.#menu.hidePopover());
    const actions = this.#actions.of(item);
    fill(this.#menu, quick ? actions.filter(({ icon }) => icon !== "react") : actions);
    if (quick) this.#menu.prepend(quick);
    openBy(this.#menu, anchor);
    /** @type {HTMLElement | null} */ (this.#menu.querySelector(".menu-act"))?.focus();
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const rows = /** @type {HTMLElement[]} */ ([...this.#lines.querySelectorAll(".line")]);
    const focused = document.activeElement;
    const at = rows.indexOf(/** @type {HTMLElement} */ (focused?.closest(".line")));
    const next = { ArrowUp: at < 0 ? rows.length - 1 : at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (event.key === "Enter" && at >= 0 && focused === rows[at])
      /** @type {HTMLElement | null} */ (this.#bar.querySelector(".action"))?.focus();
    else if (this.#actByKey(event)) event.preventDefault();
    else if (next === undefined) return;
    else rows[next]?.focus();
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #barKeyPressed(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.#bar.children]);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.#message?.focus();
    else if (step)
      all[(all.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step + all.length) % all.length].focus();
    else return;
    event.preventDefault();
  }
}
