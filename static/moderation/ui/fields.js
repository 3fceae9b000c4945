/** What the dialogs of moderation have in common: a counted text, a line quoted. */

/** @import {Line} from "../../chat/state/types.js" */

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

/** The line itself, as plain text; hidden where there is none to show. @param {HTMLElement} element @param {Line | null} line */
export function quote(element, line) {
  element.hidden = !line || line.removed !== null;
  element.textContent = line?.data?.text ?? (line ? say("quote.card") : "");
}
