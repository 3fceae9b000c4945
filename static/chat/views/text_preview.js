/**
 * Preview of a text with markup, above the field: exactly what a message of it would show. It follows the typing after
 * a pause, and is turned off when the message is sent.
 */

/** @import {Client} from "../client/client.js" */

import { isWorthPreview } from "../state/text.js";
import { byId } from "../ui/dom.js";
import { errorText } from "../ui/words.js";
import { paintText } from "./message.js";

const PAUSE_MS = 700;

/**
 * `fitting` keeps the place of the reader; `text` returns the text as it would be sent.
 * @typedef {{fitting: (change: () => void) => void, text: () => string}} PreviewHandlers
 */

/** @param {Client} client @param {PreviewHandlers} handlers */
export function startTextPreview(client, handlers) {
  new TextPreview(client, handlers).start();
}

class TextPreview {
  #field = byId("text", HTMLTextAreaElement);
  #toggle = byId("preview-toggle", HTMLButtonElement);
  #panel = byId("preview", HTMLElement);
  #body = byId("preview-body", HTMLElement);
  /** The text that the panel shows or has asked for. @type {string | null} */
  #asked = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  #client;
  #fitting;
  #text;

  /** @param {Client} client @param {PreviewHandlers} handlers */
  constructor(client, { fitting, text }) {
    this.#client = client;
    this.#fitting = fitting;
    this.#text = text;
  }

  start() {
    this.#toggle.addEventListener("click", () => this.#turn(this.#panel.hidden));
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("focus", () => this.#typed());
    this.#field.form?.addEventListener("submit", () => this.#typed());
    this.#client.on("shown", () => this.#typed());
  }

  #typed() {
    const text = this.#text();
    const isOffered = isWorthPreview(text) || (!this.#panel.hidden && text.trim() !== "");
    this.#toggle.hidden = !isOffered;
    if (!isOffered && !this.#panel.hidden) this.#turn(false);
    clearTimeout(this.#pause);
    if (!this.#panel.hidden && text !== this.#asked) this.#pause = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  /** @param {boolean} on */
  #turn(on) {
    clearTimeout(this.#pause);
    this.#toggle.ariaPressed = String(on);
    this.#asked = null;
    this.#fitting(() => {
      this.#body.replaceChildren();
      this.#panel.hidden = !on;
    });
    if (on) this.#ask();
    this.#field.focus({ preventScroll: true });
  }

  async #ask() {
    const text = this.#text();
    this.#asked = text;
    this.#panel.ariaBusy = "true";
    const paint = await this.#client.connection.request("text.preview", { text }).then(
      (data) => () => paintText(this.#body, data, { state: this.#client.state() }),
      (error) => () => {
        this.#body.className = "line-body muted";
        this.#body.textContent = errorText(error);
      },
    );
    if (this.#asked !== text) return;
    this.#panel.ariaBusy = "false";
    this.#body.className = "line-body";
    this.#fitting(paint);
  }
}
