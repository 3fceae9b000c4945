/** Files cannot be sent yet. A dropped file never replaces the page, and dropping or pasting one says so. */

import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";

export function startFiles() {
  addEventListener("dragover", (event) => isUnwanted(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!isUnwanted(event)) return;
    event.preventDefault();
    if (hasFiles(event.dataTransfer)) tell();
  });
  addEventListener("paste", ({ clipboardData }) => {
    if (hasFiles(clipboardData) && !clipboardData?.types.includes("text/plain")) tell();
  });
}

function tell() {
  if (document.getElementById("toasts")) toast(say("files.not_yet")); // a visitor cannot send files
}

/**
 * Return whether a drop must be prevented. Text may be dropped into a field; the browser would open anything else in
 * place of the page.
 * @param {DragEvent} event
 */
function isUnwanted({ dataTransfer, target }) {
  return hasFiles(dataTransfer) || !(target instanceof HTMLElement && target.closest("textarea, input"));
}

/** @param {DataTransfer | null} data */
function hasFiles(data) {
  return data?.types.includes("Files") ?? false;
}
