/** Commands to copy. Plain http has no clipboard except the selection. */

import { byId } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { show } from "./page.js";

/** @param {string} id */
async function copy(id) {
  const command = byId(id, HTMLElement);
  const selection = getSelection();
  selection?.selectAllChildren(command);
  try {
    await navigator.clipboard.writeText(command.textContent);
  } catch {
    document.execCommand("copy");
  }
  show("copied", say("lab.copied"));
}

for (const button of document.querySelectorAll("[data-copies]"))
  if (button instanceof HTMLElement) button.addEventListener("click", () => copy(button.dataset.copies ?? ""));
