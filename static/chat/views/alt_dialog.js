/** Dialog in which a person describes a picture for those who do not see it. */

/** @import {Uploads} from "../client/uploads.js" */

import { dialog, field, fillForm, onSubmit } from "../ui/dialog.js";
import { byId, part } from "../ui/dom.js";

export class AltDialog {
  #dialog = dialog("alt-dialog");
  #form = part(this.#dialog, "form", HTMLFormElement);
  #cid = "";
  #uploads;

  /** @param {Uploads} uploads */
  constructor(uploads) {
    this.#uploads = uploads;
  }

  start() {
    const text = byId("alt-text", HTMLTextAreaElement);
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    onSubmit(this.#form, async (data) => {
      this.#uploads.describe(this.#cid, { alt: field(data, "alt").replace(/\s+/gu, " ") });
      this.#dialog.close();
    });
  }

  /** @param {string} cid */
  open(cid) {
    const entry = this.#uploads.find(cid);
    if (!entry) return;
    this.#cid = cid;
    fillForm(this.#form, {});
    byId("alt-text", HTMLTextAreaElement).value = entry.record.alt;
    byId("alt-picture", HTMLImageElement).src = this.#uploads.pictures.address(cid, entry.record.body);
    this.#dialog.showModal();
  }
}
