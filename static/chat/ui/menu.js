/** Popovers beside the element that opened them, and menus with arrow keys. */

import { icon, make } from "./dom.js";

const GAP = 6;

/**
 * `key`: the key that does the same while the keyboard is on what the action is about.
 * @typedef {{icon: string, word: string, act: () => void, danger?: boolean, key?: string}} Action
 */

/** @param {HTMLElement} popover @param {Element} anchor */
export function openBy(popover, anchor) {
  popover.showPopover();
  const { left, right, top, bottom } = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const x = left + width > innerWidth - GAP ? right - width : left;
  const y = bottom + GAP + height > innerHeight ? top - GAP - height : bottom + GAP;
  popover.style.left = `${Math.max(GAP, Math.min(x, innerWidth - width - GAP))}px`;
  popover.style.top = `${Math.max(GAP, y)}px`;
}

/**
 * Place a declared popover beside its button each time it opens.
 * @param {HTMLElement} popover @param {HTMLElement} button
 */
export function attach(popover, button) {
  popover.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    button.ariaExpanded = String(open);
    if (!open) return;
    openBy(popover, button);
    actions(popover)[0]?.focus();
  });
  walk(popover);
}

/** @param {HTMLElement} menu @param {Action[]} list */
export function fill(menu, list) {
  menu.replaceChildren(...list.map((act) => item(menu, act)));
}

/** @param {HTMLElement} menu */
export function walk(menu) {
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = actions(menu);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    all[(at + step + all.length) % all.length]?.focus();
  });
}

/** @param {HTMLElement} menu @param {Action} act @returns {HTMLElement} */
function item(menu, act) {
  const button = /** @type {HTMLButtonElement} */ (make("button", act.danger ? "menu-act danger" : "menu-act"));
  button.type = "button";
  if (menu.role === "menu") button.role = "menuitem";
  button.append(icon(act.icon), act.word);
  if (act.key) {
    button.ariaKeyShortcuts = act.key;
    button.append(make("kbd", "menu-key", act.key.toUpperCase()));
  }
  button.addEventListener("click", () => {
    menu.hidePopover();
    act.act();
  });
  return button;
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
function actions(menu) {
  return [...menu.querySelectorAll(".menu-act")]
    .filter((element) => element instanceof HTMLElement && !element.hidden)
    .map((element) => /** @type {HTMLElement} */ (element));
}
