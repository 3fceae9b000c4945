/** Turns tells by the title of the page, and once by a sound, that it is the reader's turn. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Sound} from "../ui/sound.js" */

import { say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";
import { isMyTurn, seatOf, tableOf } from "../state/table.js";

/** Event "changed": the mark in the title has changed. @extends {Emitter<{changed: []}>} */
export class Turns extends Emitter {
  #client;
  #sound;
  /** @type {Map<string, "turn" | "wait" | "over">} the last state of each match of the reader */
  #stood = new Map();
  mark = "";

  /** @param {Client} client @param {Sound} sound */
  constructor(client, sound) {
    super();
    this.#client = client;
    this.#sound = sound;
  }

  start() {
    this.#client.on("roomChanged", (key) => this.#look(key));
    this.#client.on("left", () => this.#markAgain());
    this.#look(this.#client.shown);
  }

  /** @param {string} key */
  #look(key) {
    const state = this.#client.state(key);
    for (const match of Object.keys(state.parts.matches ?? {})) {
      const table = tableOf(state, Number(match));
      if (table && seatOf(table, state.me) >= 0)
        this.#stands(`${key} ${match}`, table.state === "over" ? "over" : isMyTurn(table, state.me) ? "turn" : "wait");
    }
    this.#markAgain();
  }

  /**
   * Play a sound when the state of a match changes. The state at the start of the page is not news.
   * @param {string} match @param {"turn" | "wait" | "over"} now
   */
  #stands(match, now) {
    const before = this.#stood.get(match);
    this.#stood.set(match, now);
    if (before === undefined || before === now) return;
    if (now === "turn") this.#sound.play("turn");
    if (now === "over") this.#sound.play("end");
  }

  #markAgain() {
    const mark = this.#client.open.some((key) => this.#isMineIn(key)) ? `● ${say("turn.yours")}` : "";
    if (mark === this.mark) return;
    this.mark = mark;
    this.emit("changed");
  }

  /** @param {string} key */
  #isMineIn(key) {
    const state = this.#client.state(key);
    return Object.keys(state.parts.matches ?? {}).some((match) => {
      const table = tableOf(state, Number(match));
      return table !== null && isMyTurn(table, state.me);
    });
  }
}
