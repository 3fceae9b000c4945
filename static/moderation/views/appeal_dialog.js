/** Dialog of an appeal. A sanction can be appealed against once. */

/** @import {Client} from "../../chat/client/client.js" */

import { dialog, field, fillForm, onSubmit } from "../../chat/ui/dialog.js";
import { byId, part } from "../../chat/ui/dom.js";
import { toast } from "../../chat/ui/toast.js";
import { say } from "../../chat/ui/words.js";
import { countLetters } from "../ui/fields.js";

export class AppealDialog {
  #dialog = dialog("appeal-dialog");
  #form = part(this.#dialog, "form", HTMLFormElement);
  #client;
  #sanction = "";

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    countLetters(part(this.#form, "[name=text]", HTMLTextAreaElement), byId("appeal-letters", HTMLElement));
    onSubmit(this.#form, (data) => this.#submitted(data));
  }

  /** @param {string} sanction */
  open(sanction) {
    this.#sanction = sanction;
    fillForm(this.#form, {});
    this.#dialog.showModal();
  }

  /** @param {FormData} data */
  async #submitted(data) {
    await this.#client.act("sanction.appeal", {
      room: this.#client.shown,
      sanction: this.#sanction,
      text: field(data, "text"),
    });
    this.#dialog.close();
    toast(say("appeal.sent"));
  }
}
