/** Notice about the page or the room as a whole, with the one action that helps. */

import { byId, clone, part } from "./dom.js";
import { say } from "./words.js";

/**
 * @param {string} what a key of the words: `<what>.title`, `<what>.text`, `<what>.act` @param {() => void} act
 * @param {Record<string, string>} [values]
 */
export function notice(what, act, values = {}) {
  document.querySelector(".notice")?.remove();
  const element = clone("notice-template");
  part(element, "b", HTMLElement).textContent = say(`${what}.title`, values);
  part(element, "span", HTMLElement).textContent = say(`${what}.text`, values);
  const button = part(element, "button", HTMLButtonElement);
  button.textContent = say(`${what}.act`);
  button.addEventListener("click", () => {
    element.remove();
    act();
  });
  part(byId("talk", HTMLElement), ".bar", HTMLElement).after(element);
}
