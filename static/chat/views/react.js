/**
 * React adds and removes the reader's reactions: by a press on one below a message, from the quick row of a menu, and
 * with the arrow keys.
 */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {EmojiUsage} from "../client/emoji_usage.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Timeline} from "./timeline.js" */

import { isRemoved, isSystem } from "../state/item.js";
import { reactionsOf, SET } from "../state/reactions.js";
import { failure } from "../ui/delivery.js";
import { byId, icon, make } from "../ui/dom.js";
import { pickEmoji } from "../ui/emoji_picker.js";
import { openBy } from "../ui/menu.js";
import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";

const QUICK = 6;

export class React {
  #lines = byId("lines", HTMLElement);
  #menu = byId("react-menu", HTMLElement);
  #client;
  #timeline;
  #usage;
  #told;

  /**
   * @param {Client} client @param {Timeline} timeline @param {EmojiUsage} usage
   * @param {(text: string) => void} told tells a screen reader what has been done
   */
  constructor(client, timeline, usage, told) {
    this.#client = client;
    this.#timeline = timeline;
    this.#usage = usage;
    this.#told = told;
  }

  start() {
    this.#lines.addEventListener("click", ({ target }) => this.#clicked(/** @type {Element} */ (target)));
    this.#lines.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#client.outbox.on("failed", (pending) => this.#failed(pending));
  }

  /** Return whether the reader may react to the message now. @param {Item} item */
  may(item) {
    const { room } = this.#client.state();
    const isOpen =
      room?.role && !room.unanswered && !room.archived && !this.#client.blocked.has(item.message?.by ?? "");
    const isOfPerson = item.message?.by && !isRemoved(item) && !isSystem(item);
    return Boolean(isOpen && isOfPerson) && !this.#client.plugs.ask("locksComposer").some(Boolean);
  }

  /** Add the reader's reaction, or remove it. @param {Item} item @param {string} emoji */
  toggle(item, emoji) {
    const { message } = this.#now(item);
    if (!message) return;
    const on = !this.#isOn(item, emoji);
    this.#client.send(SET, { o: message.o, emoji, on });
    if (on) this.#usage.use(emoji);
    this.#told(say(on ? "reactions.added" : "reactions.removed", { emoji }));
  }

  /** Offer the emoji that the reader uses most, beside the message or its bar. @param {Item} item @param {Element} [by] */
  open(item, by) {
    const anchor = by ?? this.#anchor(item);
    if (!anchor) return;
    this.#menu.replaceChildren(this.row(item, () => this.#menu.hidePopover()));
    openBy(this.#menu, anchor);
    /** @type {HTMLElement | null} */ (this.#menu.querySelector(".menu-act"))?.focus();
  }

  /** Return a row of emoji for a menu, which `close` closes. @param {Item} item @param {() => void} close @returns {HTMLElement} */
  row(item, close) {
    const row = make("div", "quick-row");
    row.role = "group";
    row.ariaLabel = say("act.react");
    row.append(...this.#usage.most(QUICK).map((emoji) => this.#quick(item, emoji, close)), this.#more(item, close));
    row.addEventListener("keydown", (event) => walkRow(row, event));
    return row;
  }

  /** @param {Item} item @param {string} emoji @param {() => void} close @returns {HTMLElement} */
  #quick(item, emoji, close) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "menu-act quick", emoji));
    button.type = "button";
    button.role = "menuitemcheckbox";
    button.ariaLabel = say("reactions.with", { emoji });
    button.ariaChecked = String(this.#isOn(item, emoji));
    button.addEventListener("click", () => {
      close();
      this.toggle(item, emoji);
    });
    return button;
  }

  /** Return the button that opens the picker. @param {Item} item @param {() => void} close @returns {HTMLElement} */
  #more(item, close) {
    const button = /** @type {HTMLButtonElement} */ (make("button", "menu-act quick"));
    button.type = "button";
    button.role = "menuitem";
    button.title = button.ariaLabel = say("reactions.more");
    button.append(icon("plus"));
    button.addEventListener("click", () => {
      const anchor = this.#anchor(item);
      close();
      if (anchor) pickEmoji(anchor, { onPick: (emoji) => this.toggle(item, emoji) });
    });
    return button;
  }

  /** Return the bar over the message, or the message where there is no bar. @param {Item} item */
  #anchor(item) {
    const bar = byId("actions", HTMLElement);
    return bar.offsetParent ? bar : this.#timeline.element(this.#now(item).key);
  }

  /** @param {Element} target */
  #clicked(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest(".reaction"));
    const item = button && this.#timeline.itemOf(button);
    if (!item) return;
    if (!this.may(item)) toast(say(this.#client.state().room?.role ? "reactions.locked" : "reactions.join"));
    else if (button.dataset.emoji) this.toggle(item, button.dataset.emoji);
    else this.open(item, button);
  }

  /** Walk from a message to its reactions and between them. @param {KeyboardEvent} event */
  #keyPressed(event) {
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    const message = /** @type {HTMLElement | null} */ (focused.closest(".line"));
    const all = /** @type {HTMLElement[]} */ ([
      ...(message?.querySelectorAll(".reactions:not([hidden]) .reaction:not([hidden])") ?? []),
    ]);
    const at = all.indexOf(focused);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const leaves = at >= 0 && (event.key === "Escape" || (event.key === "ArrowLeft" && at === 0));
    const next = leaves ? message : step && (at >= 0 || focused === message) ? all[at + step] : undefined;
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Tell why a reaction was refused. It is not kept: the message shows what is stored. @param {PendingRequest} pending */
  #failed(pending) {
    if (pending.method !== SET) return;
    this.#client.outbox.remove(pending.cid);
    toast(failure(pending));
  }

  /** @param {Item} item @param {string} emoji */
  #isOn(item, emoji) {
    const { me } = this.#client;
    return reactionsOf(this.#now(item), me).some(([other, users]) => other === emoji && users.includes(me ?? ""));
  }

  /** Return the item as it is now: a menu may have been open for a while. @param {Item} item @returns {Item} */
  #now(item) {
    return this.#timeline.current(item);
  }
}

/** @param {HTMLElement} row @param {KeyboardEvent} event */
function walkRow(row, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const all = /** @type {HTMLElement[]} */ ([...row.children]);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (!step || at < 0) return;
  event.preventDefault();
  all[(at + step + all.length) % all.length].focus();
}
