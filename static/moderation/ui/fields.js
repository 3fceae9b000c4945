/** What the dialogs of moderation have in common: a counted text, a message quoted. */

/** @import {Message} from "../../chat/state/types.js" */

import { say } from "../../chat/ui/words.js";

/** @param {HTMLTextAreaElement} text @param {HTMLElement} counter */
export function countLetters(text, counter) {
  const paint = () => (counter.textContent = `${text.value.length} / ${text.maxLength}`);
  text.addEventListener("input", paint);
  text.form?.addEventListener("reset", () => setTimeout(paint));
  paint();
}

/** Back to what a dialog was about, where the menu that opened it is gone. @param {HTMLDialogElement} dialog @param {() => string} about a selector */
export function focusBack(dialog, about) {
  dialog.addEventListener("close", () => {
    if (document.activeElement !== document.body) return;
    const found = document.querySelector(about()) ?? document.getElementById("text");
    if (found instanceof HTMLElement) found.focus({ preventScroll: true });
  });
}

/** The message itself, as plain text; hidden where there is none to show. @param {HTMLElement} element @param {Message | null} message */
export function quote(element, message) {
  element.hidden = !message || message.removed !== null;
  element.textContent = message?.data?.text ?? (message ? say("quote.card") : "");
}
