/** Reaction notices tell screen readers that others have reacted to the reader's messages: many at once in one sentence. */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */

import { realClock } from "../../realtime/clock.js";
import { markUnknown } from "../state/people.js";
import { find } from "../state/window.js";
import { personOf } from "../ui/face.js";
import { count, say } from "../ui/words.js";

const TOGETHER_MS = 2000;

export class ReactionNotices {
  /** @type {Map<string, string>} the latest emoji of each person who waits to be told */
  #waiting = new Map();
  #timed = false;
  #client;
  #told;
  #clock;

  /** @param {Client} client @param {(text: string) => void} told @param {import("../../realtime/types.js").Clock} [clock] */
  constructor(client, told, clock = realClock) {
    this.#client = client;
    this.#told = told;
    this.#clock = clock;
  }

  start() {
    this.#client.subscriptions.on("eventApplied", (event) => this.#eventApplied(event));
    this.#client.on("shown", () => this.#waiting.clear());
  }

  /** @param {RoomEvent} event */
  #eventApplied({ kind, room, by, data }) {
    const { me, shown } = this.#client;
    if (kind !== "message.reacted" || room !== shown || !data || !by || by === me) return;
    const state = this.#client.state();
    if (find(state, data.o)?.by !== me || this.#client.blocked.has(by)) return;
    if (data.on) this.#waiting.set(by, data.emoji);
    else this.#waiting.delete(by);
    this.#client.dispatch(room, { type: "app", change: (now) => markUnknown(now, [by]) });
    if (!this.#timed) this.#clock.setTimeout(() => this.#tell(), TOGETHER_MS);
    this.#timed = true;
  }

  #tell() {
    const [[user, emoji] = ["", ""], ...others] = this.#waiting;
    this.#waiting.clear();
    this.#timed = false;
    if (!user) return;
    const { name } = personOf(this.#client.state().people, user);
    this.#told(
      others.length > 0 ? count("reactions.news", others.length, { name }) : say("reactions.new", { name, emoji }),
    );
  }
}
