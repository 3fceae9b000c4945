/** Cards of links below a message. chat/rows.py and templates/chat/_line.html build the same. */

/** @import {LinkPreview} from "../state/types.js" */
/** @import {MessageView} from "./message.js" */

import { mayRemovePreviews, previewsOf } from "../state/previews.js";
import { withoutTurns } from "../state/text.js";
import { icon, make, part } from "../ui/dom.js";
import { say } from "../ui/words.js";

/** @param {HTMLElement} element the row of the message @param {MessageView} view */
export function paintPreviews(element, { item, blocked, state }) {
  const list = part(element, ".link-previews", HTMLElement);
  const previews = blocked ? [] : previewsOf(item);
  const mayRemove = previews.length > 0 && mayRemovePreviews(state, item);
  const painted = JSON.stringify([previews, mayRemove]);
  if (list.dataset.painted === painted) return;
  const focused = list.contains(document.activeElement);
  list.dataset.painted = painted;
  list.replaceChildren(...previews.map((preview) => card(preview, mayRemove)));
  list.hidden = previews.length === 0;
  if (focused) element.focus({ preventScroll: true });
}

/** @param {LinkPreview} preview @param {boolean} mayRemove @returns {HTMLElement} */
function card({ url, title, site = "", text = "", image, w, h }, mayRemove) {
  const element = make("li", "link-preview");
  const link = /** @type {HTMLAnchorElement} */ (make("a", "link-preview-link"));
  Object.assign(link, { target: "_blank", rel: "noopener nofollow ugc", tabIndex: -1 });
  if (/^https?:\/\//i.test(url)) link.href = url;
  link.append(words("span", "link-preview-site", site), words("b", "link-preview-title", title));
  if (text) link.append(words("span", "link-preview-text", text));
  if (image) link.append(picture(image, w, h));
  element.append(link, removal(url, mayRemove));
  return element;
}

/** @param {string} tag @param {string} className @param {string} text @returns {HTMLElement} */
function words(tag, className, text) {
  const element = make(tag, className, withoutTurns(text));
  element.dir = "auto";
  return element;
}

/** Return the picture. Its size is known before it loads. @param {string} key @param {number} [w] @param {number} [h] */
function picture(key, w = 0, h = 0) {
  const element = /** @type {HTMLImageElement} */ (make("img", "link-preview-image"));
  Object.assign(element, { alt: "", loading: "lazy", decoding: "async", ...(w && h && { width: w, height: h }) });
  element.src = `/files/${encodeURIComponent(key)}/thumb`;
  element.addEventListener("error", () => element.remove());
  return element;
}

/** @param {string} url @param {boolean} mayRemove @returns {HTMLElement} */
function removal(url, mayRemove) {
  const button = /** @type {HTMLButtonElement} */ (make("button", "link-preview-remove"));
  Object.assign(button, { type: "button", tabIndex: -1, hidden: !mayRemove });
  button.ariaLabel = button.title = say("act.preview_remove");
  button.dataset.url = url;
  button.append(icon("close"));
  return button;
}
