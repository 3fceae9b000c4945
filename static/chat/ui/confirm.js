/** Confirmation of an action that has no undo. The dialog says what will happen, and its button repeats it. */

import { byId } from "./dom.js";
import { say } from "./words.js";

/** @param {string} what a key of the words @param {Record<string, string>} values @returns {Promise<boolean>} */
export function confirmed(what, values) {
  const dialog = byId("confirm-dialog", HTMLDialogElement);
  byId("confirm-title", HTMLElement).textContent = say(`${what}.title`, values);
  byId("confirm-text", HTMLElement).textContent = say(`${what}.text`, values);
  byId("confirm-yes", HTMLElement).textContent = say(`${what}.act`, values);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }),
  );
}
