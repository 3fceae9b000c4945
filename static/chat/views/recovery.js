/** Recovery after a restored backup: a tab that still holds newer messages of its person offers to send them again. */

/** @import {Client} from "../client/client.js" */
/** @import {SentMessage} from "../state/lost_messages.js" */

import { lostMessages, sentMessages } from "../state/lost_messages.js";
import { confirmed } from "../ui/confirm.js";
import { toast } from "../ui/toast.js";
import { count } from "../ui/words.js";

/** @typedef {ReturnType<typeof lostMessages>[0]} LostMessage */

const PLACE = "parlor.said.";

export class Recovery {
  #client;
  #storage;
  /** Dialogs open one at a time, because several rooms may be affected. */
  #asked = Promise.resolve();

  /** @param {Client} client @param {Storage} [storage] a storage that outlives a reload of this tab */
  constructor(client, storage = sessionStorage) {
    this.#client = client;
    this.#storage = storage;
  }

  start() {
    for (const key of Object.keys(this.#storage))
      if (key.startsWith(PLACE) && key !== this.#place) this.#storage.removeItem(key);
    this.#client.on("gone", (room, before) =>
      this.#offerNext(room, lostMessages(sentMessages(before), this.#client.state(room).lines)),
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

  /**
   * Keep the messages when the login session ends. A restore may have ended it, and the next login in this tab may
   * need them.
   */
  #keep() {
    const { shown } = this.#client;
    const said = sentMessages(this.#client.state());
    if (said.some(({ cid }) => cid)) this.#storage.setItem(this.#place, JSON.stringify({ room: shown, said }));
  }

  /** Compare what an earlier login kept with what is stored now. */
  async #compare() {
    const kept = JSON.parse(this.#storage.getItem(this.#place) ?? "null");
    this.#storage.removeItem(this.#place);
    const last = kept?.said.findLast((/** @type {SentMessage} */ { cid }) => cid)?.o;
    if (last === undefined) return;
    const page = await this.#client.connection
      .request("history.page", { room: kept.room, around: last })
      .catch(() => null);
    if (page) this.#offerNext(kept.room, lostMessages(kept.said, page.lines));
  }

  /** @param {string} room @param {LostMessage[]} lost */
  #offerNext(room, lost) {
    this.#asked = this.#asked.then(() => this.#offer(room, lost));
  }

  /**
   * Send under the old cids, so that a message that is stored after all is not posted twice.
   * @param {string} room @param {LostMessage[]} lost
   */
  async #offer(room, lost) {
    if (lost.length === 0) return;
    const values = {
      messages: count("restored.messages", lost.length),
      room: this.#client.state(room).room?.name ?? "",
    };
    if (!(await confirmed("restored", values))) return;
    for (const { cid, text, re } of lost)
      this.#client.outbox.add("message.post", { room, text, ...(re !== undefined && { re }) }, cid);
    toast(count("restored.sent", lost.length));
  }
}
