/** Files below a message: pictures, video and audio inside the page, other files to download. */

/** @import {Uploads} from "../client/uploads.js" */
/** @import {Look} from "../state/files.js" */
/** @import {Item, SharedFile} from "../state/types.js" */
/** @import {MessageView} from "./message.js" */

import { addressOf, endingOf, filesOf, lookOf, pictureAddress, shownSize, sizeText } from "../state/files.js";
import { icon, make, part } from "../ui/dom.js";
import { count, problemText, say } from "../ui/words.js";

const still = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

/** @param {HTMLElement} element @param {MessageView} view */
export function paintAttachments(element, { item, blocked, uploads }) {
  const box = part(element, ".line-files", HTMLElement);
  const files = filesOf(item, blocked);
  box.hidden = files.length === 0;
  if (box.hidden && box.childElementCount === 0) return;
  const pictures = files.filter((file) => lookOf(file) === "picture").length;
  box.toggleAttribute("data-tiles", pictures > 1);
  const shown = files.map((file) => paintedFile(box, file, pictures === 1, uploads));
  const progress = isUploading(item, uploads) ? (box.querySelector(":scope > .line-upload") ?? buildProgress()) : null;
  const wanted = progress ? [...shown, progress] : shown;
  if (wanted.some((child, n) => child !== box.children[n]) || wanted.length !== box.childElementCount)
    box.replaceChildren(...wanted);
  if (progress instanceof HTMLElement) paintProgress(progress, item, uploads);
}

/** @param {HTMLElement} row the row with the progress of a message @param {Item} item @param {Uploads} uploads */
export function paintProgress(row, item, uploads) {
  const entries = uploadsOf(item).flatMap((cid) => uploads.find(cid) ?? []);
  const size = entries.reduce((sum, { record }) => sum + record.size, 0);
  const sent = entries.reduce((sum, { record, progress }) => sum + (isDone(progress) ? record.size : progress.sent), 0);
  const bar = part(row, "progress", HTMLProgressElement);
  const phases = new Set(entries.map(({ progress }) => progress.phase));
  bar.max = size || 1;
  bar.value = sent;
  const text = phases.has("waiting") ? "file.waiting" : sent < size ? "file.uploading" : "file.finishing";
  const problem = entries.find(({ progress }) => progress.problem)?.progress.problem;
  const about = count(text, entries.length, { done: Math.floor((100 * sent) / bar.max) });
  part(row, "span", HTMLElement).textContent = problem ? problemText(problem) : about;
}

/** Say that a file cannot be shown. @param {HTMLElement} child @param {boolean} isGone */
export function paintBroken(child, isGone) {
  child.dataset.broken = isGone ? "gone" : "lost";
  const words = make("span", "file-broken small");
  words.append(icon("alert"), say(isGone ? "file.gone" : "file.not_loaded"));
  if (!isGone) {
    const again = /** @type {HTMLButtonElement} */ (make("button", "link", say("file.retry")));
    again.type = "button";
    again.dataset.act = "reload-file";
    words.append(again);
  }
  child.querySelector(".file-broken")?.remove();
  child.append(words);
}

/** Load a file again. @param {HTMLElement} child */
export function reload(child) {
  delete child.dataset.broken;
  child.querySelector(".file-broken")?.remove();
  const media = /** @type {HTMLImageElement | HTMLMediaElement | null} */ (child.querySelector("img, video, audio"));
  const source = media?.src;
  if (!media || !source) return;
  media.removeAttribute("src");
  media.src = source;
}

/** @param {Item} item @returns {string[]} */
function uploadsOf({ message, pending }) {
  return message ? [] : (pending?.params.files ?? []).map((/** @type {SharedFile} */ { upload }) => upload ?? "");
}

/** @param {Item} item @param {Uploads} uploads */
function isUploading(item, uploads) {
  if (item.pending?.state !== "waiting") return false;
  const entries = uploadsOf(item).map((cid) => uploads.find(cid));
  return entries.some((entry) => entry && !isDone(entry.progress));
}

/** @param {{phase: string}} progress */
const isDone = ({ phase }) => phase === "done";

/** @param {HTMLElement} box @param {SharedFile} file @param {boolean} alone @param {Uploads} uploads */
function paintedFile(box, file, alone, uploads) {
  const id = file.key ? uploads.pictures.idOf(file.key) : (file.upload ?? "");
  const look = lookOf(file);
  const known = [...box.children].find(
    (child) => child instanceof HTMLElement && child.dataset.file === id && child.dataset.look === look,
  );
  const child = /** @type {HTMLElement} */ (known ?? build(look, id));
  PAINT[look](child, file, { id, alone, uploads });
  return child;
}

/** @param {Look} look @param {string} id */
function build(look, id) {
  const child = BUILD[look]();
  child.dataset.file = id;
  child.dataset.look = look;
  return child;
}

const BUILD = {
  picture: () => {
    const box = make("div", "picture");
    const link = linkTo("picture-link");
    const image = document.createElement("img");
    image.loading = "lazy";
    image.decoding = "async";
    link.append(image);
    box.append(link);
    return box;
  },
  video: () => media("video"),
  audio: () => media("audio"),
  other: () => {
    const link = linkTo("file-chip");
    const about = make("span", "file-about");
    about.append(make("bdi", "file-name"), make("span", "file-facts small muted"));
    link.append(icon("file"), about);
    return link;
  },
};

/** @param {string} className @returns {HTMLElement} */
function linkTo(className) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", className));
  Object.assign(link, { target: "_blank", rel: "noopener" });
  return link;
}

/** @param {"video" | "audio"} tag @returns {HTMLElement} */
function media(tag) {
  const figure = make("figure", tag);
  const player = /** @type {HTMLMediaElement} */ (document.createElement(tag));
  player.controls = true;
  player.preload = tag === "video" ? "metadata" : "none";
  const caption = make("figcaption", "small muted");
  caption.append(make("bdi", "file-name"), " ", make("span", "file-facts"));
  figure.append(player, caption);
  return figure;
}

/** @typedef {{id: string, alone: boolean, uploads: Uploads}} Place */
/** @type {Record<Look, (child: HTMLElement, file: SharedFile, place: Place) => void>} */
const PAINT = { picture: paintPicture, video: paintPlayer, audio: paintPlayer, other: paintChip };

/** @param {HTMLElement} child @param {SharedFile} file @param {Place} place */
function paintPicture(child, file, { id, alone, uploads }) {
  const image = part(child, "img", HTMLImageElement);
  const size = shownSize(file, alone);
  if (file.key) part(child, "a", HTMLElement).setAttribute("href", addressOf(file));
  child.dataset.name = file.name;
  child.dataset.alt = file.alt ?? "";
  image.alt = file.alt || say("file.picture", { name: file.name });
  image.title = file.alt ?? "";
  [image.width, image.height] = [size.width, size.height];
  const source = localAddress(file, id, uploads) ?? pictureAddress(file, still?.matches);
  if (image.getAttribute("src") !== source) image.src = source;
  if (file.colour && !image.complete) showColour(image, file.colour);
}

/**
 * Return the address of a picture that this page has itself.
 * @param {SharedFile} file @param {string} id @param {Uploads} uploads @returns {string | null}
 */
function localAddress({ key }, id, uploads) {
  const body = key ? null : uploads.find(id)?.record.body;
  return body ? uploads.pictures.address(id, body) : uploads.pictures.known(id);
}

/** Show the colour of a picture until it is there. @param {HTMLImageElement} image @param {string} colour */
function showColour(image, colour) {
  image.style.backgroundColor = colour;
  image.addEventListener("load", () => image.style.removeProperty("background-color"), { once: true });
}

/** @param {HTMLElement} child @param {SharedFile} file */
function paintPlayer(child, file) {
  const player = part(child, "video, audio", HTMLMediaElement);
  player.ariaLabel = file.name;
  if (file.key && player.getAttribute("src") !== addressOf(file)) player.src = addressOf(file);
  paintName(child, file);
}

/** @param {HTMLElement} child @param {SharedFile} file */
function paintChip(child, file) {
  if (file.key) child.setAttribute("href", `${addressOf(file)}?download`);
  paintName(child, file);
}

/** @param {HTMLElement} child @param {SharedFile} file */
function paintName(child, { name, size }) {
  part(child, ".file-name", HTMLElement).textContent = name;
  part(child, ".file-facts", HTMLElement).textContent = [endingOf(name), sizeText(size)].filter(Boolean).join(" · ");
}

function buildProgress() {
  const row = make("p", "line-upload small muted");
  const bar = document.createElement("progress");
  bar.ariaLabel = say("file.progress");
  const cancel = /** @type {HTMLButtonElement} */ (make("button", "link", say("file.cancel")));
  cancel.type = "button";
  cancel.dataset.act = "rewrite";
  row.append(bar, make("span", ""), cancel);
  return row;
}
