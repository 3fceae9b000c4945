/** Row of reactions below a message: one button for each emoji, kept while its emoji is there, so that it keeps the focus. */

/** @import {MessageView} from "./message.js" */

import { isRemoved } from "../state/item.js";
import { reactionsOf } from "../state/reactions.js";
import { make, part } from "../ui/dom.js";
import { say } from "../ui/words.js";

/** @param {HTMLElement} element the row of the message @param {MessageView} view */
export function paintReactions(element, { item, blocked, state }) {
  const list = part(element, ".reactions", HTMLElement);
  const reactions = blocked || isRemoved(item) ? [] : reactionsOf(item, state.me);
  const buttons = buttonsOf(list);
  const wanted = new Set(reactions.map(([emoji]) => emoji));
  for (const [emoji, button] of buttons) if (!wanted.has(emoji)) drop(button, element);
  /** @type {Element | null} */
  let place = list.firstElementChild;
  for (const [emoji, users] of reactions) {
    const button = buttons.get(emoji) ?? build(emoji);
    paint(button, emoji, users.length, state.me !== null && users.includes(state.me));
    if (button === place) place = place.nextElementSibling;
    else list.insertBefore(button, place);
  }
  part(list, ".reaction-add", HTMLElement).hidden = !state.room?.role;
  list.hidden = reactions.length === 0;
}

/** @param {HTMLElement} list @returns {Map<string, HTMLElement>} */
function buttonsOf(list) {
  const buttons = /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-emoji]"));
  return new Map(Array.from(buttons, (button) => [button.dataset.emoji ?? "", button]));
}

/** Remove a button, and give its focus to the message. @param {HTMLElement} button @param {HTMLElement} message */
function drop(button, message) {
  if (document.activeElement === button) message.focus({ preventScroll: true });
  button.remove();
}

/** @param {string} emoji @returns {HTMLElement} */
function build(emoji) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "reaction"));
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.emoji = emoji;
  button.append(make("span", "reaction-emoji", emoji), make("span", "count"));
  return button;
}

/** @param {HTMLElement} button @param {string} emoji @param {number} n @param {boolean} mine */
function paint(button, emoji, n, mine) {
  const label = say(mine ? "reactions.mine" : "reactions.count", { emoji, n });
  if (button.ariaLabel === label) return;
  button.ariaLabel = label;
  button.ariaPressed = String(mine);
  part(button, ".count", HTMLElement).textContent = String(n);
}
