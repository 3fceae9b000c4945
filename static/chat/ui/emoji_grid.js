/** EmojiGrid shows groups of emoji as buttons. Arrow keys, Home and End move between them. */

/** @import {Cell} from "../state/emoji_grid.js" */

import { moved } from "../state/emoji_grid.js";
import { make } from "./dom.js";

/** `shown`: in the chosen skin tone; `name`: for the screen reader and the foot of the picker.
 * @typedef {{shown: string, name: string}} EmojiCell
 */
/** @typedef {{name: string, key: string, cells: EmojiCell[]}} EmojiGroup */

export class EmojiGrid {
  /** @type {HTMLElement[][]} the buttons of each group */
  #buttons = [];
  #root;
  #leave;

  /** @param {HTMLElement} root @param {{leave: () => void, show: (name: string) => void}} handlers `leave`: upwards */
  constructor(root, { leave, show }) {
    this.#root = root;
    this.#leave = leave;
    root.addEventListener("keydown", (event) => this.#keyPressed(event));
    for (const kind of ["focusin", "pointerover"])
      root.addEventListener(kind, ({ target }) => {
        const button = /** @type {Element} */ (target).closest("button[data-sign]");
        if (button?.ariaLabel) show(button.ariaLabel);
      });
  }

  /** @param {EmojiGroup[]} groups */
  fill(groups) {
    const filled = groups.filter(({ cells }) => cells.length > 0);
    this.#buttons = filled.map(({ cells }) => cells.map(button));
    this.#root.replaceChildren(...filled.map((group, at) => section(group, this.#buttons[at])));
    this.#reach({ group: 0, index: 0 }, false);
  }

  /** Move the focus to the first emoji. */
  enter() {
    this.#reach({ group: 0, index: 0 }, true);
  }

  /** @returns {HTMLElement | undefined} */
  get first() {
    return this.#buttons[0]?.[0];
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const group = this.#buttons.findIndex((buttons) => buttons.includes(/** @type {HTMLElement} */ (event.target)));
    if (group < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = this.#buttons[group].indexOf(/** @type {HTMLElement} */ (event.target));
    const sizes = this.#buttons.map(({ length }) => length);
    const goal = moved(sizes, this.#columns, { group, index }, event.key);
    if (goal) this.#reach(goal, true);
    else if (event.key === "ArrowUp") this.#leave();
    else return;
    event.preventDefault();
  }

  get #columns() {
    const grid = this.first?.parentElement;
    return grid ? getComputedStyle(grid).gridTemplateColumns.split(" ").length : 1;
  }

  /** Only one button at a time can be reached with Tab. @param {Cell} cell @param {boolean} focus */
  #reach({ group, index }, focus) {
    const goal = this.#buttons[group]?.[index];
    if (!goal) return;
    for (const before of this.#root.querySelectorAll("button[tabindex='0']")) before.setAttribute("tabindex", "-1");
    goal.tabIndex = 0;
    if (!focus) return;
    goal.focus({ preventScroll: true });
    goal.scrollIntoView({ block: "nearest" });
  }
}

/** @param {EmojiCell} cell @returns {HTMLElement} */
function button({ shown, name }) {
  const element = /** @type {HTMLButtonElement} */ (make("button", "emoji-cell", shown));
  Object.assign(element, { type: "button", tabIndex: -1, ariaLabel: name, title: name });
  element.dataset.sign = shown;
  return element;
}

/** @param {EmojiGroup} group @param {HTMLElement[]} buttons @returns {HTMLElement} */
function section({ name, key }, buttons) {
  const element = make("section", "emoji-group");
  element.dataset.group = key;
  const grid = make("div", "emoji-cells");
  Object.assign(grid, { role: "group", ariaLabel: name });
  grid.append(...buttons);
  element.append(make("h3", "emoji-heading", name), grid);
  return element;
}
