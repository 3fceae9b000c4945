/**
 * Delivery note: a click on the tick tells where the message is stored. A failed message can be sent again or
 * discarded.
 */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Timeline} from "./timeline.js" */

import { storedWords } from "../ui/delivery.js";
import { byId } from "../ui/dom.js";
import { openBy } from "../ui/menu.js";

/** @param {Client} client @param {Timeline} timeline @param {(pending: PendingRequest) => void} rewrite */
export function startDelivery(client, timeline, rewrite) {
  const settle = (/** @type {string | undefined} */ act, /** @type {PendingRequest} */ pending) => {
    if (act === "retry") client.outbox.retry(pending.cid);
    if (act === "discard") client.filePosts.discard(pending);
    if (act === "rewrite") client.outbox.remove(pending.cid);
    if (act === "rewrite") rewrite(pending);
  };
  byId("lines", HTMLElement).addEventListener("click", ({ target }) => {
    const button = /** @type {Element} */ (target).closest("button");
    const item = button && timeline.itemOf(button);
    if (!item) return;
    if (button.matches(".tick")) showDelivery(timeline, item);
    if (item.pending) settle(button.dataset.act, item.pending);
  });
}

/** @param {Timeline} timeline @param {Item} item */
export function showDelivery(timeline, item) {
  const note = byId("delivery", HTMLElement);
  const message = timeline.element(item.key);
  note.textContent = storedWords(item);
  if (message) openBy(note, message.querySelector(".tick:not([hidden])") ?? message);
}
