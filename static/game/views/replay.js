/** Replay shows a match again, move by move. All steps are fetched at once, and the timeline follows. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Played, Step, Table} from "../state/types.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { toast } from "../../chat/ui/toast.js";
import { errorText, say } from "../../chat/ui/words.js";
import { Emitter } from "../../realtime/emitter.js";
import { tableReceived } from "../state/events.js";
import { write } from "../ui/seats.js";
import { ended, told } from "../ui/sentences.js";

const PACE_MS = 1100;

/** Event "turned": another step is shown, or the replay is closed. @extends {Emitter<{turned: []}>} */
export class Replay extends Emitter {
  #root = byId("replay", HTMLElement);
  #range = byId("replay-range", HTMLInputElement);
  #client;
  #momentShown;
  /** @type {(Played & {room: string}) | null} */
  #played = null;
  #at = 0;
  /** @type {any} runs while the replay plays */
  #timer = null;

  /** @param {Client} client @param {(o: number) => void} momentShown */
  constructor(client, momentShown) {
    super();
    this.#client = client;
    this.#momentShown = momentShown;
  }

  start() {
    this.#range.addEventListener("input", () => this.#go(Number(this.#range.value)));
    this.#button("prev").addEventListener("click", () => this.#go(this.#at - 1));
    this.#button("next").addEventListener("click", () => this.#go(this.#at + 1));
    this.#button("run").addEventListener("click", () => this.#toggle());
    this.#button("back").addEventListener("click", () => this.close());
  }

  /** Return what the board shows now. @returns {{table: Table, step: Step, isAtEnd: boolean} | null} */
  get shown() {
    return this.#played && { table: this.#played.table, step: this.#played.steps[this.#at], isAtEnd: this.#isAtEnd };
  }

  /** @param {number} match @returns {Promise<boolean>} whether the match was found */
  async open(match) {
    const room = this.#client.shown;
    try {
      await this.#client.ready();
      const played = await this.#client.connection.request("match.read", { room, match });
      if (room === this.#client.shown) this.#opened({ ...played, room });
      return room === this.#client.shown;
    } catch (error) {
      toast(errorText(error));
      return false;
    }
  }

  focus() {
    this.#button("run").focus({ preventScroll: true });
  }

  close() {
    if (!this.#played) return;
    this.#stop();
    this.#played = null;
    this.#root.hidden = true;
    this.emit("turned");
  }

  /** @param {Played & {room: string}} played */
  #opened(played) {
    this.#client.dispatch(played.room, { type: "app", change: (state) => tableReceived(state, played.table) });
    this.#played = played;
    this.#range.max = String(played.steps.length - 1);
    this.#root.hidden = false;
    this.#show(0);
    this.#run();
  }

  /** Show a step that the reader chose, and stop playing. @param {number} at */
  #go(at) {
    this.#stop();
    this.#show(at);
  }

  /** @param {number} at */
  #show(at) {
    if (!this.#played) return;
    this.#at = Math.max(0, Math.min(at, this.#played.steps.length - 1));
    this.#paint(this.#played);
    this.#momentShown(this.#played.steps[this.#at].o);
    this.emit("turned");
  }

  #toggle() {
    if (this.#timer !== null) return this.#stop();
    if (this.#isAtEnd) this.#show(0);
    this.#run();
  }

  #run() {
    this.#timer = setTimeout(() => {
      this.#show(this.#at + 1);
      if (this.#isAtEnd) this.#stop();
      else this.#run();
    }, PACE_MS);
    this.#paintRun();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#paintRun();
  }

  get #isAtEnd() {
    return this.#at >= (this.#played?.steps.length ?? 0) - 1;
  }

  /** @param {Played} played */
  #paint({ table, steps }) {
    const reader = this.#client.state();
    const words = told(steps[this.#at].says, table, reader) || (this.#isAtEnd ? ended(table, reader) : "");
    const place = say("replay.step", { step: this.#at, steps: steps.length - 1 });
    this.#range.value = String(this.#at);
    this.#range.setAttribute("aria-valuetext", `${place}. ${words}`);
    write(part(this.#root, ".replay-words", HTMLElement), words);
    write(part(this.#root, ".replay-place", HTMLElement), place);
    this.#button("prev").disabled = this.#at === 0;
    this.#button("next").disabled = this.#isAtEnd;
  }

  #paintRun() {
    const runs = this.#timer !== null;
    const button = this.#button("run");
    button.ariaLabel = say(runs ? "replay.pause" : "replay.run");
    part(button, "use", SVGUseElement).setAttribute("href", runs ? "#icon-pause" : "#icon-run");
  }

  /** @param {string} name */
  #button(name) {
    return part(this.#root, `[data-replay=${name}]`, HTMLButtonElement);
  }
}
