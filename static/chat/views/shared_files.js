/** Files in the timeline: the progress of uploads, and files that do not load. */

/** @import {Client} from "../client/client.js" */
/** @import {Timeline} from "./timeline.js" */

import { byId } from "../ui/dom.js";
import { paintBroken, paintProgress, reload } from "./attachments.js";
import { Lightbox } from "./lightbox.js";

const GONE = [401, 403, 404, 410];

/** @param {Client} client @param {Timeline} timeline */
export function startSharedFiles(client, timeline) {
  const lines = byId("lines", HTMLElement);
  client.uploads.on("changed", (_, room) => room === client.shown && progressed(client, timeline));
  lines.addEventListener("error", ({ target }) => failed(/** @type {Element} */ (target)), { capture: true });
  lines.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-act=reload-file]");
    const child = button?.closest("[data-file]");
    if (!(child instanceof HTMLElement)) return;
    event.preventDefault();
    event.stopPropagation();
    reload(child);
  });
  new Lightbox().start();
}

/** @param {Client} client @param {Timeline} timeline */
function progressed(client, timeline) {
  for (const row of byId("lines", HTMLElement).querySelectorAll(".line-upload")) {
    const item = timeline.itemOf(row);
    if (item && row instanceof HTMLElement) paintProgress(row, item, client.uploads);
  }
}

/** Say why a file is not there: it was removed, or the line was lost. @param {Element} media */
async function failed(media) {
  const child = media.closest("[data-file]");
  const source = media.getAttribute("src");
  if (!(child instanceof HTMLElement) || !source || source.startsWith("blob:")) return;
  const status = await fetch(source, { headers: { Range: "bytes=0-0" } }).then(
    (response) => response.status,
    () => 0,
  );
  if (media.getAttribute("src") === source) paintBroken(child, GONE.includes(status));
}
