/** A tick, tapped, says where the line is stored; a line not sent can be sent again or dropped. */

/** @import {Client} from "./client.js" */
/** @import {Timeline} from "./timeline.js" */
/** @import {Item} from "./types.js" */
import { storedWords } from "./delivery.js";
import { byId } from "./dom.js";
import { openBy } from "./menu.js";

/** @param {Client} client @param {Timeline} timeline */
export function startDelivery(client, timeline) {
  byId("lines", HTMLElement).addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button");
    const item = button && timeline.itemOf(button);
    if (!item) return;
    if (button.matches(".tick")) showDelivery(timeline, item);
    if (button.dataset.act === "retry" && item.entry) client.outbox.retry(item.entry.cid);
    if (button.dataset.act === "discard" && item.entry) client.outbox.remove(item.entry.cid);
  });
}

/** @param {Timeline} timeline @param {Item} item */
export function showDelivery(timeline, item) {
  const note = byId("delivery", HTMLElement);
  const line = timeline.element(item.key);
  note.textContent = storedWords(item);
  if (line) openBy(note, line.querySelector(".tick:not([hidden])") ?? line);
}
