/** After the server was restored from a backup: a tab that still holds its person's newer messages offers to send them again. */

/** @import {Client} from "../client/client.js" */
/** @import {Message, RoomState} from "../state/types.js" */

import { confirmed } from "../ui/confirm.js";
import { toast } from "../ui/toast.js";
import { count } from "../ui/words.js";

const PLACE = "parlor.said.";

/** @typedef {{o: number, t: number | null | undefined, cid?: string, text?: string}} Said `cid` and `text` of one's own */

/** What a tab knows of a room's messages: each with its tag, one's own with what it takes to send them again. @param {RoomState} state @returns {Said[]} */
export function saidIn({ lines, me }) {
  return lines.map(({ o, t, by, cid, kind, data, removed }) =>
    by === me && cid && kind === "text" && data && !removed ? { o, t, cid, text: data.text } : { o, t },
  );
}

/** One's own messages after the last one that both logs have. @param {Said[]} said @param {Pick<Message, "o" | "t">[]} stored what stands there now @returns {(Said & {cid: string, text: string})[]} */
export function lostOf(said, stored) {
  const tags = new Map(stored.map(({ o, t }) => [o, t]));
  const common = said.findLast(({ o, t }) => t !== null && t !== undefined && tags.get(o) === t)?.o ?? 0;
  return /** @type {any} */ (said.filter(({ o, cid }) => cid && o > common));
}

export class Recovery {
  #client;
  #storage;
  /** One dialog at a time: several rooms may be open. */
  #asked = Promise.resolve();

  /** @param {Client} client @param {Storage} [storage] which outlives a reload of this tab */
  constructor(client, storage = sessionStorage) {
    this.#client = client;
    this.#storage = storage;
  }

  start() {
    for (const key of Object.keys(this.#storage))
      if (key.startsWith(PLACE) && key !== this.#place) this.#storage.removeItem(key);
    this.#client.on("gone", (room, before) =>
      this.#offerNext(room, lostOf(saidIn(before), this.#client.state(room).lines)),
    );
    this.#client.connection.on("stopped", () => this.#keep());
    const forget = this.#client.connection.on("greeted", () => {
      forget();
      this.#compare();
    });
  }

  get #place() {
    return `${PLACE}${this.#client.me}`;
  }

  /** The log-in has ended, perhaps by a restore: whoever logs in again in this tab may still need what it held. */
  #keep() {
    const { shown } = this.#client;
    const said = saidIn(this.#client.state());
    if (said.some(({ cid }) => cid)) this.#storage.setItem(this.#place, JSON.stringify({ room: shown, said }));
  }

  /** What an earlier log-in kept is compared with what stands there now. */
  async #compare() {
    const kept = JSON.parse(this.#storage.getItem(this.#place) ?? "null");
    this.#storage.removeItem(this.#place);
    const last = kept?.said.findLast((/** @type {Said} */ { cid }) => cid)?.o;
    if (last === undefined) return;
    const page = await this.#client.connection
      .request("history.page", { room: kept.room, around: last })
      .catch(() => null);
    if (page) this.#offerNext(kept.room, lostOf(kept.said, page.lines));
  }

  /** @param {string} room @param {{cid: string, text: string}[]} lost */
  #offerNext(room, lost) {
    this.#asked = this.#asked.then(() => this.#offer(room, lost));
  }

  /** Sent under their old cids, so that what is stored after all is not said twice. @param {string} room @param {{cid: string, text: string}[]} lost */
  async #offer(room, lost) {
    if (lost.length === 0) return;
    const values = {
      messages: count("restored.messages", lost.length),
      room: this.#client.state(room).room?.name ?? "",
    };
    if (!(await confirmed("restored", values))) return;
    for (const { cid, text } of lost) this.#client.outbox.add("message.post", { room, text }, cid);
    toast(count("restored.sent", lost.length));
  }
}
