/**
 * SanctionDialog offers all actions on a person: the kind, the duration, the reason. It tells what else will happen.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Message} from "../../chat/state/types.js" */
/** @import {Decision, Preview, Report} from "../state/types.js" */
/** @import {Commands} from "./commands.js" */

import { MODERATOR, myRank } from "../../chat/state/selectors.js";
import { dialog, field, fillForm, onSubmit } from "../../chat/ui/dialog.js";
import { byId, part } from "../../chat/ui/dom.js";
import { personOf } from "../../chat/ui/face.js";
import { say } from "../../chat/ui/words.js";
import { countLetters, focusBack, quote } from "../ui/fields.js";
import { previewInWords } from "../ui/sentences.js";
import { isAlreadyDone } from "./commands.js";

export class SanctionDialog {
  #dialog = dialog("sanction-dialog");
  #form = part(this.#dialog, "form", HTMLFormElement);
  #preview = byId("sanction-preview", HTMLElement);
  #client;
  #commands;
  #user = "";
  /** @type {Message | null} the message that it is about */
  #message = null;
  /** @type {Report | null} */
  #report = null;
  /** @type {Preview | null} */
  #foreseen = null;
  #asked = 0;

  /** @param {Client} client @param {Commands} commands */
  constructor(client, commands) {
    this.#client = client;
    this.#commands = commands;
  }

  start() {
    countLetters(part(this.#form, "[name=reason]", HTMLTextAreaElement), byId("sanction-letters", HTMLElement));
    this.#form.addEventListener("change", ({ target }) => this.#changed(/** @type {HTMLInputElement} */ (target).name));
    onSubmit(this.#form, (data) => this.#submitted(data));
    focusBack(this.#dialog, () =>
      this.#message ? `#lines [data-o="${this.#message.o}"]` : `.person[data-user="${this.#user}"]`,
    );
  }

  /**
   * Open the dialog. An action on a report closes it, and the rule of the report is preselected.
   * @param {string} user @param {Message | null} message @param {Report | null} [report]
   */
  open(user, message, report = null) {
    const standing = message && !message.removed ? message : null;
    [this.#user, this.#message, this.#report, this.#foreseen] = [user, message, report, null];
    fillForm(this.#form, { kind: "mute", rule: report?.rule ?? "other" });
    byId("sanction-title", HTMLElement).textContent = say("moderate.title", { name: this.#name });
    quote(byId("sanction-line", HTMLElement), standing);
    this.#offer("delete", standing !== null);
    this.#offer("site", myRank(this.#client.state()) >= MODERATOR);
    this.#foresee();
    this.#paint();
    this.#dialog.showModal();
    part(this.#form, "[name=kind]:checked", HTMLElement).focus();
  }

  get #name() {
    return personOf(this.#client.state().people, this.#user).name;
  }

  /** @param {string} what @param {boolean} offered */
  #offer(what, offered) {
    for (const element of this.#form.querySelectorAll(`[data-needs=${what}]`))
      element.toggleAttribute("data-unfit", !offered);
  }

  /** @param {string} name of the control */
  #changed(name) {
    if (name === "remove") this.#foresee();
    this.#paint();
  }

  /** Show only the fields that fit the chosen kind. */
  #paint() {
    const data = new FormData(this.#form);
    const kind = field(data, "kind");
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (this.#form.querySelectorAll("[data-for]")))
      element.hidden = !isFor(element, kind, data);
    byId("sanction-about", HTMLElement).textContent = say(`moderate.${kind}`);
    part(this.#form, "[data-submit]", HTMLElement).textContent = say(`moderate.${kind}.act`, { name: this.#name });
    const words = this.#foreseen
      ? previewInWords(this.#client.state(), this.#foreseen, { kind, user: this.#user, remove: field(data, "remove") })
      : "";
    this.#preview.hidden = words === "";
    this.#preview.textContent = words;
  }

  /** Request a preview. When several are on their way, the last one counts. */
  async #foresee() {
    const asked = ++this.#asked;
    const remove = field(new FormData(this.#form), "remove");
    const params = { room: this.#client.shown, user: this.#user, remove };
    const preview = await this.#client.connection.request("sanction.preview", params).catch(() => null);
    if (asked !== this.#asked || !preview) return;
    this.#foreseen = preview;
    this.#offer("guest", preview.guest);
    this.#paint();
  }

  /** @param {FormData} data */
  async #submitted(data) {
    const [room, user] = [this.#client.shown, this.#user];
    const decision = this.#decisionOf(data);
    try {
      await this.#commands.decide(user, decision, this.#report);
    } catch (error) {
      if (!isAlreadyDone(error)) throw error;
      this.#commands.refused(room, error);
    }
    this.#dialog.close();
  }

  /** @param {FormData} data @returns {Decision} */
  #decisionOf(data) {
    const kind = /** @type {Decision["kind"]} */ (field(data, "kind"));
    const guest = Boolean(this.#foreseen?.guest);
    return {
      kind,
      site: data.has("site") && this.#isShown("site"),
      duration_ms: durationOf(kind, data),
      reason: field(data, "reason"),
      rule: field(data, "rule"),
      o: this.#message?.o ?? null,
      remove: kind === "ban" ? field(data, "remove") : "none",
      approval: kind === "ban" && guest && data.has("approval"),
      alsoDelete: data.has("delete") && this.#isShown("delete"),
    };
  }

  /** @param {string} name of a switch */
  #isShown(name) {
    return part(this.#form, `[name=${name}]`, HTMLElement).checkVisibility();
  }
}

/** @param {HTMLElement} element @param {string} kind @param {FormData} data */
function isFor(element, kind, data) {
  const fits = (element.dataset.for ?? "").split(" ").includes(kind) && !element.hasAttribute("data-unfit");
  return fits && (!element.dataset.when || field(data, element.dataset.when) === "own");
}

/** @param {string} kind @param {FormData} data @returns {number | null} */
function durationOf(kind, data) {
  if (kind !== "mute" && kind !== "ban") return null;
  const chosen = field(data, kind);
  if (chosen === "own") return Math.max(1, Number(field(data, "amount"))) * Number(field(data, "unit"));
  return chosen === "" ? null : Number(chosen);
}
