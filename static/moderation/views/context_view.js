/** ContextView shows the messages around a reported one, also removed ones. They are requested when it opens. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Message} from "../../chat/state/types.js" */
/** @import {Person} from "../../realtime/types.js" */
/** @import {Report} from "../state/types.js" */

import { SYSTEM_KINDS } from "../../chat/state/item.js";
import { clone, make, part } from "../../chat/ui/dom.js";
import { paintFace, personOf } from "../../chat/ui/face.js";
import { clock } from "../../chat/ui/time.js";
import { errorText, say } from "../../chat/ui/words.js";

/** @typedef {Message & {was: any}} ReportedMessage a message; `was` is the content of a removed one */

export class ContextView {
  #client;
  #button;
  #list;
  #report;

  /** @param {Client} client @param {HTMLElement} row @param {Report} report */
  constructor(client, row, report) {
    this.#client = client;
    this.#report = report;
    this.#button = part(row, "[data-act=around]", HTMLButtonElement);
    this.#list = part(row, ".around", HTMLElement);
  }

  start() {
    this.#button.addEventListener("click", () => this.#toggle());
  }

  async #toggle() {
    const open = this.#list.hidden;
    this.#list.hidden = !open;
    this.#button.ariaExpanded = String(open);
    if (open) await this.#read();
  }

  async #read() {
    const { report } = this.#report;
    try {
      const { lines, people } = await this.#client.connection.request("report.read", {
        room: this.#client.shown,
        report,
      });
      this.#list.replaceChildren(
        ...lines.filter(isSaid).map((/** @type {ReportedMessage} */ message) => this.#message(message, people)),
      );
      this.#list.querySelector(".reported")?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#list.replaceChildren(make("li", "problem", errorText(error)));
    }
  }

  /** @param {ReportedMessage} message @param {Record<string, Person>} people @returns {HTMLElement} */
  #message(message, people) {
    const element = clone("around-template");
    const author = personOf(people, message.by);
    element.classList.toggle("reported", message.o === this.#report.o);
    element.classList.toggle("removed", message.removed !== null);
    paintFace(part(element, ".face", HTMLElement), author);
    part(element, "b", HTMLElement).textContent = author.name;
    part(element, "time", HTMLElement).textContent = clock(message.at);
    part(element, ".around-text", HTMLElement).textContent = textOf(message);
    return element;
  }
}

/** @param {ReportedMessage} message */
const isSaid = ({ kind }) => !SYSTEM_KINDS.has(kind);

/** @param {ReportedMessage} message @returns {string} */
function textOf({ kind, data, was, removed }) {
  const text = (was ?? data)?.text ?? (kind === "text" ? "" : say("quote.card"));
  return removed ? [say("line.removed"), text].filter(Boolean).join(": ") : text;
}
