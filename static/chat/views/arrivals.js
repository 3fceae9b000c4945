/** Arrivals announces people who enter the shown room: each person once in a while, several at once in one sentence. */

/** @import {Client} from "../client/client.js" */

import { personOf } from "../ui/face.js";
import { toast } from "../ui/toast.js";
import { count, say } from "../ui/words.js";

const TOGETHER_MS = 1500;
const AGAIN_MS = 10 * 60 * 1000;
/** People come and go all the time in a larger crowd. */
const CROWD_SIZE = 12;

export class Arrivals {
  #client;
  #room = "";
  /** @type {Set<string>} people who were present last time */
  #here = new Set();
  /** @type {Map<string, number>} when a person was last seen, by room and person */
  #seen = new Map();
  /** @type {Set<string>} */
  #waiting = new Set();
  /** @type {any} */
  #timer = null;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#look());
    this.#client.on("shown", () => this.#look());
  }

  /**
   * Compare who is present with the last time. People who are found when the room opens, or after a lost connection,
   * are not announced.
   */
  #look() {
    const { presence, me, here, room: facts } = this.#client.state();
    const room = this.#client.shown;
    const now = this.#client.connection.serverNow();
    const isFirst = this.#room !== room || this.#here.size === 0;
    const came = Object.keys(presence).filter((id) => id !== me && !this.#here.has(id));
    const isSaid = facts?.direct?.length === 2; // the header tells it
    const news =
      isFirst || isSaid || here > CROWD_SIZE
        ? []
        : came.filter((id) => now - (this.#seen.get(`${room} ${id}`) ?? -Infinity) > AGAIN_MS);
    if (this.#room !== room) this.#waiting.clear();
    for (const id of new Set([...Object.keys(presence), ...this.#here]))
      if (id !== me) this.#seen.set(`${room} ${id}`, now);
    [this.#room, this.#here] = [room, new Set(Object.keys(presence))];
    for (const id of news) this.#waiting.add(id);
    if (news.length > 0) this.#timer ??= setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  #tell() {
    this.#timer = null;
    const { presence, people } = this.#client.state();
    const [first, ...others] = [...this.#waiting].filter((id) => id in presence).map((id) => personOf(people, id).name);
    this.#waiting.clear();
    if (first)
      toast(
        others.length > 0 ? count("arrived.more", others.length, { name: first }) : say("arrived", { name: first }),
      );
  }
}
