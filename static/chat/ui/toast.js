/** Short text at the bottom that disappears by itself, with an undo button where there is one. */

import { byId, clone, part } from "./dom.js";

const SHOWN_MS = 8000;

/** @param {string} text @param {{word: string, act: () => void}} [way] */
export function toast(text, way) {
  const element = clone("toast-template");
  const button = part(element, "button", HTMLButtonElement);
  part(element, "span", HTMLElement).textContent = text;
  button.hidden = !way;
  button.textContent = way?.word ?? "";
  button.addEventListener("click", () => {
    element.remove();
    way?.act();
  });
  byId("toasts", HTMLElement).replaceChildren(element);
  setTimeout(() => element.remove(), way ? SHOWN_MS : SHOWN_MS / 2);
}
