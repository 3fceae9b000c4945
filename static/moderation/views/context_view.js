/** What was said around a reported line, also what is removed now: asked for when it is looked at. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Line} from "../../chat/state/types.js" */
/** @import {Person} from "../../realtime/types.js" */
/** @import {Report} from "../state/types.js" */

import { SYSTEM_KINDS } from "../../chat/state/item.js";
import { clone, make, part } from "../../chat/ui/dom.js";
import { paintFace, personOf } from "../../chat/ui/face.js";
import { clock } from "../../chat/ui/time.js";
import { errorText, say } from "../../chat/ui/words.js";

/** @typedef {Line & {was: any}} ReportedMessage a line; of a removed one, what it said */

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
      this.#list.replaceChildren(...lines.filter(isSaid).map((/** @type {ReportedMessage} */ line) => this.#line(line, people)));
      this.#list.querySelector(".reported")?.scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#list.replaceChildren(make("li", "problem", errorText(error)));
    }
  }

  /** @param {ReportedMessage} line @param {Record<string, Person>} people @returns {HTMLElement} */
  #line(line, people) {
    const element = clone("around-template");
    const author = personOf(people, line.by);
    element.classList.toggle("reported", line.o === this.#report.o);
    element.classList.toggle("removed", line.removed !== null);
    paintFace(part(element, ".face", HTMLElement), author);
    part(element, "b", HTMLElement).textContent = author.name;
    part(element, "time", HTMLElement).textContent = clock(line.at);
    part(element, ".around-text", HTMLElement).textContent = textOf(line);
    return element;
  }
}

/** @param {ReportedMessage} line */
const isSaid = ({ kind }) => !SYSTEM_KINDS.has(kind);

/** @param {ReportedMessage} line @returns {string} */
function textOf({ kind, data, was, removed }) {
  const text = (was ?? data)?.text ?? (kind === "text" ? "" : say("quote.card"));
  return removed ? [say("line.removed"), text].filter(Boolean).join(": ") : text;
}
