/** Typing tells that the reader is typing, at most every three seconds, and shows others for five. */

/** @import {Client} from "../client/client.js" */

import { realClock } from "../../realtime/clock.js";
import { typists } from "../state/store.js";
import { byId } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { say } from "../ui/words.js";

const TELL_EVERY_MS = 3000;
const LOOK_EVERY_MS = 1000;

export class Typing {
  #element = byId("typing", HTMLElement);
  #client;
  #toldAt = 0;
  #toldRoom = "";
  /** @type {any} */
  #timer = null;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#paint());
    this.#client.on("shown", () => this.#roomShown());
  }

  /** @param {string} text */
  typed(text) {
    const now = realClock.now();
    if (text.trim() === "") return this.stopped();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#toldRoom = this.#client.shown;
    this.#client.connection.notify("typing.set", { room: this.#toldRoom, typing: true });
  }

  stopped() {
    if (this.#toldAt === 0) return;
    this.#toldAt = 0;
    this.#client.connection.notify("typing.set", { room: this.#toldRoom, typing: false });
  }

  #roomShown() {
    this.stopped();
    this.#paint();
  }

  #paint() {
    const state = this.#client.state();
    const names = typists(state).map((id) => personOf(state.people, id).name);
    const text = sentence(names);
    if (this.#element.textContent !== text) this.#element.textContent = text;
    clearTimeout(this.#timer);
    if (names.length > 0)
      this.#timer = setTimeout(
        () => this.#client.dispatch(this.#client.shown, { type: "tick", now: realClock.now() }),
        LOOK_EVERY_MS,
      );
  }
}

/** @param {string[]} names @returns {string} */
function sentence([one, two, ...more]) {
  if (!one) return "";
  if (!two) return say("typing.alone", { one });
  return more.length > 0 ? say("typing.many") : say("typing.two", { one, two });
}
