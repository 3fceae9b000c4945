/** WaitingList shows the people who wait for approval. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Commands} from "./commands.js" */

import { byId, clone, part } from "../../chat/ui/dom.js";
import { paintFace, personOf } from "../../chat/ui/face.js";
import { queueOf } from "../state/queue.js";
import { KeyedList } from "../ui/keyed_list.js";

export class WaitingList {
  #section = byId("waiting", HTMLElement);
  #list;
  #client;
  #commands;

  /** @param {Client} client @param {Commands} commands */
  constructor(client, commands) {
    this.#client = client;
    this.#commands = commands;
    this.#list = new KeyedList(byId("waiting-list", HTMLElement), {
      build: (user) => this.#build(user),
      paint: (row, user) => this.#paintRow(row, user),
    });
  }

  start() {}

  paint() {
    const { waiting } = queueOf(this.#client.state());
    this.#section.hidden = waiting.length === 0;
    this.#list.show(waiting.map((user) => ({ key: user, item: user })));
  }

  /** @param {string} user @returns {HTMLElement} */
  #build(user) {
    const row = clone("waiting-template");
    for (const act of ["in", "away"])
      part(row, `[data-act=${act}]`, HTMLElement).addEventListener("click", () =>
        this.#commands.admit(user, act === "in"),
      );
    return row;
  }

  /** @param {HTMLElement} row @param {string} user */
  #paintRow(row, user) {
    const person = personOf(this.#client.state().people, user);
    paintFace(part(row, ".face", HTMLElement), person);
    part(row, "b", HTMLElement).textContent = person.name;
  }
}
