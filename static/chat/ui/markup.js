/** Parts of a message that need more than their markup: spoilers, code and tables. */

import { copy } from "./copy.js";
import { icon, make } from "./dom.js";
import { say } from "./words.js";

/** The HTML last shown in an element, and which of its spoilers are open. @type {WeakMap<Element, {html: string, open: Set<number>}>} */
const shown = new WeakMap();

/**
 * Prepare markup for its element. Spoilers that the reader has opened stay open when the same HTML is painted again.
 * @param {HTMLElement} markup @param {Element} element @param {string} html
 */
export function furnish(markup, element, html) {
  const before = shown.get(element);
  const open = before?.html === html ? before.open : new Set();
  shown.set(element, { html, open });
  for (const [index, spoiler] of [...markup.querySelectorAll(".spoiler")].entries())
    if (open.has(index)) spoiler.classList.add("open");
    else hide(/** @type {HTMLElement} */ (spoiler), () => open.add(index));
  for (const block of markup.querySelectorAll("pre")) addCopyButton(block);
  for (const table of markup.querySelectorAll("table")) scrollInside(table);
}

/**
 * Hide a spoiler until the reader presses it. Screen readers read its label instead of its text.
 * @param {HTMLElement} spoiler @param {() => void} opened
 */
function hide(spoiler, opened) {
  const text = make("span", "spoiler-text");
  text.inert = true;
  text.ariaHidden = "true";
  text.append(...spoiler.childNodes);
  spoiler.append(text);
  Object.assign(spoiler, { role: "button", tabIndex: 0, ariaLabel: say("spoiler.show"), title: say("spoiler.show") });
  const reveal = (/** @type {Event} */ event) => {
    if (spoiler.classList.contains("open")) return;
    event.preventDefault();
    event.stopPropagation();
    opened();
    show(spoiler, text);
  };
  spoiler.addEventListener("click", reveal);
  spoiler.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") reveal(event);
  });
}

/** Open a spoiler. The focus stays, so that a screen reader reads on there. @param {HTMLElement} spoiler @param {HTMLElement} text */
function show(spoiler, text) {
  spoiler.classList.add("open");
  for (const name of ["role", "aria-label", "title"]) spoiler.removeAttribute(name);
  text.inert = false;
  text.ariaHidden = null;
  spoiler.tabIndex = -1;
}

/** @param {HTMLPreElement} block */
function addCopyButton(block) {
  block.tabIndex = 0; // so that keys can scroll it sideways
  const frame = make("div", "code-frame");
  const button = /** @type {HTMLButtonElement} */ (make("button", "code-copy"));
  Object.assign(button, { type: "button", ariaLabel: say("act.copy_code"), title: say("act.copy_code") });
  button.append(icon("copy"));
  button.addEventListener("click", () => copy(block.textContent.replace(/\n$/, "")));
  block.replaceWith(frame);
  frame.append(block, button);
}

/** Let a wide table scroll in a frame of its own, which keys can reach. @param {HTMLTableElement} table */
function scrollInside(table) {
  const frame = make("div", "table-frame");
  Object.assign(frame, { tabIndex: 0, role: "region", ariaLabel: say("table") });
  table.replaceWith(frame);
  frame.append(table);
}
