/** List of the files in the composer: one card for each, with its picture, its progress and what can be done. */

/** @import {Entry, Uploads} from "../client/uploads.js" */

import { endingOf, isPreviewable, sizeText } from "../state/files.js";
import { byId, clone, icon, part } from "../ui/dom.js";
import { problemText, say } from "../ui/words.js";

/** @typedef {{describe: (cid: string) => void, remove: (cid: string) => void}} CardHandlers */

export class AttachmentList {
  #list = byId("attachment-list", HTMLElement);
  /** @type {Map<string, HTMLElement>} by cid */
  #cards = new Map();
  #uploads;
  #handlers;

  /** @param {Uploads} uploads @param {CardHandlers} handlers */
  constructor(uploads, handlers) {
    this.#uploads = uploads;
    this.#handlers = handlers;
  }

  get isEmpty() {
    return this.#cards.size === 0;
  }

  /** @param {Entry[]} entries */
  show(entries) {
    const cards = entries.map((entry) => this.#painted(entry));
    this.#cards = new Map(entries.map(({ record }, n) => [record.cid, cards[n]]));
    this.#list.hidden = cards.length === 0;
    if (cards.some((card, n) => card !== this.#list.children[n]) || cards.length !== this.#list.childElementCount)
      this.#list.replaceChildren(...cards);
  }

  /** @param {string} cid */
  progressed(cid) {
    const entry = this.#uploads.find(cid);
    if (entry && this.#cards.has(cid)) this.#painted(entry);
  }

  /** @param {Entry} entry @returns {HTMLElement} */
  #painted(entry) {
    const { record, progress } = entry;
    const card = this.#cards.get(record.cid) ?? this.#build(entry);
    const isPicture = isPreviewable(record.type);
    const describe = part(card, "[data-act=describe]", HTMLButtonElement);
    describe.hidden = !isPicture || progress.phase === "failed";
    describe.classList.toggle("on", record.alt !== "");
    describe.ariaLabel = say(record.alt ? "files.described" : "files.describe", { name: record.name });
    part(card, "[data-act=retry]", HTMLButtonElement).hidden = progress.phase !== "failed";
    card.classList.toggle("failed", progress.phase === "failed");
    part(card, ".attachment-state", HTMLElement).textContent = stateText(entry);
    const bar = part(card, "progress", HTMLProgressElement);
    bar.hidden = progress.phase === "done" || progress.phase === "failed";
    bar.value = progress.sent / Math.max(1, record.size);
    return card;
  }

  /** @param {Entry} entry @returns {HTMLElement} */
  #build({ record }) {
    const { cid, name, type } = record;
    const card = clone("attachment-template");
    part(card, ".attachment-name", HTMLElement).textContent = name;
    const picture = part(card, ".attachment-picture", HTMLElement);
    if (isPreviewable(type)) picture.append(this.#preview(cid, record.body));
    else picture.append(icon("file"));
    /** @type {Record<string, () => void>} */
    const actions = {
      describe: () => this.#handlers.describe(cid),
      remove: () => this.#handlers.remove(cid),
      retry: () => this.#uploads.retry(cid),
    };
    for (const [act, run] of Object.entries(actions))
      part(card, `[data-act=${act}]`, HTMLButtonElement).addEventListener("click", run);
    part(card, "[data-act=remove]", HTMLButtonElement).ariaLabel = say("files.remove", { name });
    part(card, "progress", HTMLProgressElement).ariaLabel = say("file.progress");
    return card;
  }

  /** @param {string} cid @param {Blob} body */
  #preview(cid, body) {
    const image = document.createElement("img");
    image.alt = "";
    image.addEventListener("error", () => image.replaceWith(icon("file")));
    image.src = this.#uploads.pictures.address(cid, body);
    return image;
  }
}

/** @param {Entry} entry @returns {string} */
function stateText({ record, progress }) {
  const { phase, sent, problem } = progress;
  if (problem) return problemText(problem);
  if (phase === "waiting") return say("files.waiting");
  if (phase === "finishing") return say("files.finishing");
  if (phase === "sending") return say("files.sending", { done: Math.floor((100 * sent) / Math.max(1, record.size)) });
  return [endingOf(record.name), sizeText(record.size)].filter(Boolean).join(" · ");
}
