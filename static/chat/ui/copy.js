/** Texts copied for the reader, who is told so. */

import { toast } from "./toast.js";
import { say } from "./words.js";

/** @param {string} text */
export async function copy(text) {
  await (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).catch(() =>
    copyBySelection(text),
  );
  toast(say("copied"));
}

/** Copy by a selection, because plain http has no clipboard. @param {string} text */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
