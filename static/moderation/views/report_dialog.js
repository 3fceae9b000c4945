/** Dialog that reports a message to the hosts of the room. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Message} from "../../chat/state/types.js" */

import { dialog, field, fillForm, onSubmit } from "../../chat/ui/dialog.js";
import { byId, part } from "../../chat/ui/dom.js";
import { toast } from "../../chat/ui/toast.js";
import { say } from "../../chat/ui/words.js";
import { countLetters, focusBack, quote } from "../ui/fields.js";
import { nameOf } from "../ui/sentences.js";

export class ReportDialog {
  #dialog = dialog("report-dialog");
  #form = part(this.#dialog, "form", HTMLFormElement);
  #client;
  #o = 0;
  #room = "";

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    countLetters(part(this.#form, "[name=reason]", HTMLTextAreaElement), byId("report-letters", HTMLElement));
    onSubmit(this.#form, (data) => this.#submitted(data));
    focusBack(this.#dialog, () => `#lines [data-o="${this.#o}"]`);
  }

  /**
   * Open the dialog. `place` names the room and the author when the message is in another room.
   * @param {Message} message @param {{room: string, name: string}} [place]
   */
  open(message, place) {
    this.#o = message.o;
    this.#room = place?.room ?? this.#client.shown;
    fillForm(this.#form, {});
    byId("report-title", HTMLElement).textContent = say("report.title", {
      name: place?.name ?? nameOf(this.#client.state(), message.by),
    });
    quote(byId("report-line", HTMLElement), message);
    this.#dialog.showModal();
  }

  /** @param {FormData} data */
  async #submitted(data) {
    const params = { room: this.#room, o: this.#o, rule: field(data, "rule"), reason: field(data, "reason") };
    await this.#client.act("report.create", params);
    this.#dialog.close();
    toast(say("report.thanks"));
  }
}
