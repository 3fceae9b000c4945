/** Parts of the dialogs: a text with a counter, a quoted message. */

/** @import {Message} from "../../chat/state/types.js" */

import { say } from "../../chat/ui/words.js";

/** @param {HTMLTextAreaElement} text @param {HTMLElement} counter */
export function countLetters(text, counter) {
  const paint = () => (counter.textContent = `${text.value.length} / ${text.maxLength}`);
  text.addEventListener("input", paint);
  text.form?.addEventListener("reset", () => setTimeout(paint));
  paint();
}

/**
 * Focus what the dialog was about when it closes, because the menu that opened it is gone.
 * @param {HTMLDialogElement} dialog @param {() => string} about a selector
 */
export function focusBack(dialog, about) {
  dialog.addEventListener("close", () => {
    if (document.activeElement !== document.body) return;
    const found = document.querySelector(about()) ?? document.getElementById("text");
    if (found instanceof HTMLElement) found.focus({ preventScroll: true });
  });
}

/**
 * Show the message as plain text. The element is hidden when there is no text.
 * @param {HTMLElement} element @param {Message | null} message
 */
export function quote(element, message) {
  element.hidden = !message || message.removed !== null;
  element.textContent = message?.data?.text ?? (message ? say("quote.card") : "");
}
