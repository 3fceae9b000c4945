/** Lightbox: a picture on the whole screen, with its neighbours in the timeline or in another list of messages. */

import { dialog } from "../ui/dialog.js";
import { byId } from "../ui/dom.js";
import { say } from "../ui/words.js";
import { PictureZoom } from "../ui/zoom.js";

const KEYS = /** @type {Record<string, string>} */ ({ "+": "in", "=": "in", "-": "out", 0: "whole" });
const ZOOM_STEP = 1.5;

export class Lightbox {
  #dialog = dialog("lightbox");
  #picture = byId("lightbox-picture", HTMLImageElement);
  #stage = byId("lightbox-stage", HTMLElement);
  /** @type {Element} the list of messages from which it was opened */
  #list = byId("lines", HTMLElement);
  #zoom = new PictureZoom(this.#stage, this.#picture);
  /** @type {string} the id of the shown file */
  #shown = "";

  start() {
    document.addEventListener("click", (event) => this.#clicked(event));
    this.#dialog.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#dialog.addEventListener("close", () => this.#closed());
    byId("lightbox-previous", HTMLElement).addEventListener("click", () => this.#step(-1));
    byId("lightbox-next", HTMLElement).addEventListener("click", () => this.#step(1));
    this.#picture.addEventListener("error", () => this.#failed());
    this.#stage.addEventListener(
      "click",
      (event) => event.target === this.#stage && this.#zoom.isWhole && this.#dialog.close(),
    );
    this.#zoom.start();
    this.#zoom.on("swiped", (meaning) => {
      if (meaning === "close") this.#dialog.close();
      else this.#step(meaning === "next" ? 1 : -1);
    });
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {Element} */ (event.target).closest(".picture-link");
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!(link instanceof HTMLAnchorElement) || !plain) return;
    event.preventDefault();
    if (!link.href) return;
    this.#list = link.closest("[role=log], ul, ol") ?? this.#list;
    this.#show(link);
    this.#dialog.showModal();
  }

  /** Return the pictures in the list, from top to bottom. @returns {HTMLAnchorElement[]} */
  get #all() {
    return [...this.#list.querySelectorAll(".picture:not([data-broken]) > a[href]")].map(
      (link) => /** @type {HTMLAnchorElement} */ (link),
    );
  }

  /** @param {HTMLAnchorElement} link */
  #show(link) {
    const all = this.#all;
    const at = all.indexOf(link);
    const { file = "", name = "", alt = "" } = dataOf(link);
    this.#shown = file;
    this.#zoom.reset();
    this.#picture.removeAttribute("src");
    this.#picture.hidden = false;
    this.#picture.src = link.href;
    this.#picture.alt = alt || say("file.picture", { name });
    byId("lightbox-name", HTMLElement).textContent = name;
    byId("lightbox-count", HTMLElement).textContent = all.length > 1 ? `${at + 1} / ${all.length}` : "";
    byId("lightbox-caption", HTMLElement).textContent = alt;
    byId("lightbox-download", HTMLAnchorElement).href = `${link.href}?download`;
    byId("lightbox-previous", HTMLButtonElement).disabled = at <= 0;
    byId("lightbox-next", HTMLButtonElement).disabled = at + 1 >= all.length;
  }

  #failed() {
    if (!this.#picture.hasAttribute("src")) return;
    this.#picture.hidden = true;
    byId("lightbox-caption", HTMLElement).textContent = say("file.gone");
  }

  /** Show a neighbour. The messages may have changed meanwhile. @param {number} by */
  #step(by) {
    const all = this.#all;
    const at = all.findIndex((link) => dataOf(link).file === this.#shown);
    const next = all[at + by];
    if (next) this.#show(next);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const meaning = event.ctrlKey || event.metaKey ? undefined : KEYS[event.key];
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) this.#step(document.documentElement.dir === "rtl" ? -step : step);
    else if (meaning === "whole") this.#zoom.reset();
    else if (meaning) this.#zoom.scale(meaning === "in" ? ZOOM_STEP : 1 / ZOOM_STEP);
    else return;
    event.preventDefault();
  }

  /** Return the focus to the picture that was shown last. */
  #closed() {
    this.#picture.removeAttribute("src");
    this.#all.find((link) => dataOf(link).file === this.#shown)?.focus();
  }
}

/** @param {HTMLElement} link */
const dataOf = (link) => link.parentElement?.dataset ?? {};
