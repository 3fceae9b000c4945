/** Profile of the reader: name, face and colour, below the list of rooms and in a dialog. */

/** @import {Client} from "../client/client.js" */

import { dialog, field, fillForm, onSubmit } from "../ui/dialog.js";
import { byId, part } from "../ui/dom.js";
import { paintFace } from "../ui/face.js";

/** @typedef {{name: string, face: string, colour: number, rev: number}} Own */

export class Profile {
  #button = byId("me", HTMLElement);
  #dialog = dialog("profile-dialog");
  #client;
  /** @type {Own} */
  #own;

  /** @param {Client} client @param {Own} own */
  constructor(client, own) {
    this.#client = client;
    this.#own = own;
  }

  start() {
    const form = part(this.#dialog, "form", HTMLFormElement);
    this.#button.addEventListener("click", () => this.open());
    form.addEventListener("input", () => paintFace(byId("profile-face", HTMLElement), chosen(new FormData(form))));
    onSubmit(form, (data) => this.#changed(data));
    this.#client.on("roomChanged", () => this.#look());
    this.#paint();
  }

  open() {
    const { name, face, colour } = this.#own;
    fillForm(part(this.#dialog, "form", HTMLFormElement), { name, face, colour: String(colour) });
    paintFace(byId("profile-face", HTMLElement), this.#own);
    this.#dialog.showModal();
  }

  /** @param {FormData} data */
  async #changed(data) {
    await this.#client.connection.request("profile.change", chosen(data));
    this.#own = { ...chosen(data), rev: this.#own.rev };
    this.#paint();
    this.#dialog.close();
  }

  /** Take a change that another tab has made. */
  #look() {
    const { me, people } = this.#client.state();
    const known = me ? people[me] : undefined;
    if (!known || known.rev <= this.#own.rev) return;
    this.#own = known;
    this.#paint();
  }

  #paint() {
    paintFace(part(this.#button, ".face", HTMLElement), this.#own);
    part(this.#button, ".me-name", HTMLElement).textContent = this.#own.name;
  }
}

/** @param {FormData} data */
function chosen(data) {
  return { name: field(data, "name"), face: field(data, "face"), colour: Number(field(data, "colour")) };
}
