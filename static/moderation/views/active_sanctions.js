/**
 * ActiveSanctions lists the sanctions in force with the time they have left, their appeals, and those that ended
 * within a day.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Sanction} from "../state/types.js" */
/** @import {Commands} from "./commands.js" */

import { isAbove, MODERATOR, myRank } from "../../chat/state/selectors.js";
import { byId, clone, part } from "../../chat/ui/dom.js";
import { paintFace, personOf } from "../../chat/ui/face.js";
import { when } from "../../chat/ui/time.js";
import { count, say } from "../../chat/ui/words.js";
import { asksForAnswer, isInForce, sanctionsOf } from "../state/queue.js";
import { Interval } from "../ui/interval.js";
import { KeyedList } from "../ui/keyed_list.js";
import { because, nameOf, sanctionInWords } from "../ui/sentences.js";

export class ActiveSanctions {
  #list;
  #over;
  #interval = new Interval(() => this.#tick());
  #client;
  #commands;

  /** @param {Client} client @param {Commands} commands */
  constructor(client, commands) {
    this.#client = client;
    this.#commands = commands;
    const how = {
      build: (/** @type {Sanction} */ one) => this.#build(one),
      paint: (/** @type {HTMLElement} */ row, /** @type {Sanction} */ one) => this.#paintRow(row, one),
    };
    this.#list = new KeyedList(byId("sanctions-list", HTMLElement), how);
    this.#over = new KeyedList(byId("sanctions-over", HTMLElement), how);
  }

  start() {}

  paint() {
    this.#interval.show();
  }

  /** @returns {boolean} whether it is visible and shows a time that runs */
  #tick() {
    const { inForce, over } = sanctionsOf(this.#client.state(), this.#client.connection.serverNow());
    byId("sanctions-none", HTMLElement).hidden = inForce.length > 0;
    byId("sanctions-over-title", HTMLElement).hidden = over.length === 0;
    this.#list.show(inForce.map(keyed));
    this.#over.show(over.map(keyed));
    return byId("sanctions-list", HTMLElement).checkVisibility() && inForce.some(({ until }) => until !== null);
  }

  /** @param {Sanction} sanction @returns {HTMLElement} */
  #build(sanction) {
    const row = clone("sanction-template");
    const on = (/** @type {string} */ act, /** @type {() => void} */ done) =>
      part(row, `[data-act=${act}]`, HTMLElement).addEventListener("click", done);
    on("lift", () => this.#commands.lift(sanction));
    on("grant", () => this.#commands.answer(sanction, true));
    on("keep", () => this.#commands.answer(sanction, false));
    return row;
  }

  /** @param {HTMLElement} row @param {Sanction} sanction */
  #paintRow(row, sanction) {
    const state = this.#client.state();
    const now = this.#client.connection.serverNow();
    const person = personOf(state.people, sanction.user);
    const asks = this.#mayLift(sanction) && asksForAnswer(sanction);
    paintFace(part(row, ".face", HTMLElement), person);
    part(row, "b", HTMLElement).textContent = person.name;
    part(row, ".case-title", HTMLElement).textContent = sanctionInWords(sanction, now);
    part(row, ".case-about", HTMLElement).textContent = this.#about(sanction);
    part(row, ".case-reason", HTMLElement).textContent = because(sanction);
    part(row, ".appeal", HTMLElement).hidden = !sanction.appeal;
    part(row, ".appeal-text", HTMLElement).textContent = sanction.appeal?.text ?? "";
    part(row, ".appeal-answer", HTMLElement).textContent = sanction.appeal?.answer
      ? say(`appeal.${sanction.appeal.answer}`)
      : "";
    for (const act of ["grant", "keep"]) part(row, `[data-act=${act}]`, HTMLElement).hidden = !asks;
    part(row, "[data-act=lift]", HTMLElement).hidden = asks || !this.#mayLift(sanction) || !isInForce(sanction, now);
  }

  /** @param {Sanction} sanction @returns {string} */
  #about({ by, at, removed, lifted }) {
    const state = this.#client.state();
    const made = say("sanction.by", { who: nameOf(state, by), time: when(at) });
    const ended = lifted ? say("sanction.lifted_by", { who: nameOf(state, lifted.by), time: when(lifted.at) }) : "";
    return [made, removed > 0 && !lifted ? count("sanction.removed", removed) : "", ended].filter(Boolean).join(" · ");
  }

  /** @param {Sanction} sanction */
  #mayLift({ user, site }) {
    const state = this.#client.state();
    return isAbove(state, user) && (!site || myRank(state) >= MODERATOR);
  }
}

/** @param {Sanction} item */
const keyed = (item) => ({ key: item.sanction, item });
