/** Banner over the timeline: the rules that are on, for everybody, and the time that a lockdown has left. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Scroll} from "../../chat/ui/scroll.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { Interval } from "../ui/interval.js";
import { rulesInWords } from "../ui/sentences.js";
import { left } from "../ui/times.js";

export class Banner {
  #element = byId("rules", HTMLElement);
  #words = part(this.#element, "span", HTMLElement);
  #left = byId("rules-left", HTMLElement);
  #interval = new Interval(() => this.#tick());
  #client;
  #scroll;

  /** @param {Client} client @param {Scroll} scroll */
  constructor(client, scroll) {
    this.#client = client;
    this.#scroll = scroll;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#interval.show());
    this.#client.on("shown", () => this.#interval.show());
    this.#interval.show();
  }

  /** @returns {boolean} whether it shows a time that runs */
  #tick() {
    const { room } = this.#client.state();
    const now = this.#client.connection.serverNow();
    const panic = room?.rules?.panic_until ?? null;
    this.#show(rulesInWords(room, now), panic);
    this.#left.textContent = panic ? left(panic - now) : "";
    return Boolean(panic || room?.rules?.approval_until);
  }

  /** @param {string} words @param {number | null} panic */
  #show(words, panic) {
    if (words === this.#words.textContent && this.#element.hidden === (words === "")) return;
    this.#scroll.keep(() => {
      this.#words.textContent = words;
      this.#element.hidden = words === "";
      this.#element.toggleAttribute("data-panic", panic !== null);
    });
  }
}
