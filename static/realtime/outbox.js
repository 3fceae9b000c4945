/** Durable requests, written down before they are sent, repeated under one cid until answered or seen. */

/** @import {Entry, EntryStorage, OutboxFacts, OutboxOptions, Problem} from "./types.js" */

import { Backoff } from "./backoff.js";
import { realClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { randomId } from "./ids.js";
import { openStorage } from "./outbox_storage.js";
import { CLOSED_HERE, ConnectionLost, RequestError } from "./protocol.js";

const TOO_FAST = 429;
const PASSING = [401, TOO_FAST, 503, 504];
const LOSSES = 2;

/** @extends {Emitter<OutboxFacts>} */
export class Outbox extends Emitter {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Set<string>} rooms with a send in flight or a pause after one */
  #busy = new Set();
  /** @type {Set<string>} being written down */
  #unwritten = new Set();
  /** @type {Set<string>} done with; what another tab or a slow read still brings of them is old */
  #gone = new Set();
  #lastAt = 0;
  #connection;
  #clock;
  #backoff;
  /** @type {Promise<EntryStorage>} */
  #storage;
  #otherTabs;
  /** @type {(() => void) | null} */
  #unsubscribe = null;

  /** @param {OutboxOptions} options */
  constructor({
    user,
    connection,
    storage,
    clock = realClock,
    random = Math.random,
    Channel = globalThis.BroadcastChannel,
  }) {
    super();
    this.#connection = connection;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#storage = storage ? Promise.resolve(storage) : openStorage(user);
    this.#otherTabs = Channel && new Channel(`parlor.outbox.${user}`);
  }

  /** Takes up what an earlier page or a closed tab left, now and after each greeting. */
  async start() {
    this.#unsubscribe ??= this.#connection.on("greeted", () => this.#load());
    if (this.#otherTabs) this.#otherTabs.onmessage = ({ data }) => this.#forget(data);
    await this.#load();
  }

  stop() {
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#otherTabs?.close();
  }

  /** Returns at once; the cid is added to the params. @param {string} method @param {Record<string, any>} params @param {string} [cid] of what is sent once more @returns {Entry} */
  add(method, params, cid = randomId()) {
    this.#gone.delete(cid);
    const room = params.room ?? "";
    this.#lastAt = Math.max(this.#lastAt + 1, Math.round(this.#clock.now()));
    /** @type {Entry} */
    const entry = {
      cid,
      room,
      method,
      params: { ...params, cid },
      at: this.#lastAt,
      losses: 0,
      state: "waiting",
      problem: null,
    };
    this.#write(entry);
    return entry;
  }

  /** Send a failed one again. @param {string} cid */
  retry(cid) {
    const entry = this.#entries.get(cid);
    if (entry?.state === "failed") this.#write({ ...entry, state: "waiting", losses: 0, problem: null });
  }

  /** @param {string} cid */
  remove(cid) {
    this.#otherTabs?.postMessage(cid);
    this.#storage.then((storage) => storage.remove(cid));
    this.#forget(cid);
  }

  /** Its event has come. @param {string | null | undefined} cid */
  seen(cid) {
    if (cid && this.#entries.has(cid)) this.remove(cid);
  }

  /** In the order added, the failed ones too. @param {string} room @returns {Entry[]} */
  entries(room) {
    return [...this.#entries.values()].filter((entry) => entry.room === room);
  }

  async #load() {
    const stored = await (await this.#storage).all();
    const unknown = stored.filter(({ cid }) => !this.#entries.has(cid) && !this.#gone.has(cid));
    const all = [...this.#entries.values(), ...unknown].sort((a, b) => a.at - b.at);
    this.#entries = new Map(all.map((entry) => [entry.cid, entry]));
    this.#lastAt = Math.max(this.#lastAt, all.at(-1)?.at ?? 0);
    for (const room of new Set(unknown.map((entry) => entry.room))) this.emit("changed", room);
    for (const room of new Set(all.map((entry) => entry.room))) this.#sendNext(room);
  }

  /** Written down first, sent after; a full disk does not keep it from being sent. @param {Entry} entry */
  async #write(entry) {
    this.#change(entry);
    this.#unwritten.add(entry.cid);
    await this.#storage.then((storage) => storage.put(entry)).catch(() => undefined);
    this.#unwritten.delete(entry.cid);
    this.#sendNext(entry.room);
  }

  /** @param {Entry} entry */
  #change(entry) {
    this.#entries.set(entry.cid, entry);
    this.emit("changed", entry.room);
  }

  /** @param {string} cid */
  #forget(cid) {
    const entry = this.#entries.get(cid);
    this.#gone.add(cid);
    this.#entries.delete(cid);
    if (entry) this.emit("changed", entry.room);
  }

  /** @param {string} room */
  #sendNext(room) {
    const entry = this.entries(room).find(({ state }) => state === "waiting");
    if (!entry || this.#busy.has(room) || this.#unwritten.has(entry.cid) || this.#connection.state.name !== "ready")
      return;
    this.#busy.add(room);
    this.#change({ ...entry, state: "sending" });
    this.#send(entry);
  }

  /** @param {Entry} entry */
  async #send(entry) {
    const began = this.#clock.now();
    let pause = null;
    try {
      const stored = await this.#connection.request(entry.method, entry.params);
      this.#backoff.reset();
      this.emit("answered", entry, stored, Math.round(this.#clock.now() - began));
      this.remove(entry.cid);
    } catch (error) {
      pause = this.#unanswered(entry, /** @type {RequestError | ConnectionLost} */ (error));
    }
    if (pause === null) this.#free(entry.room);
    else this.#clock.setTimeout(() => this.#free(entry.room), pause);
  }

  /** @param {string} room */
  #free(room) {
    this.#busy.delete(room);
    this.#sendNext(room);
  }

  /** @param {Entry} entry @param {RequestError | ConnectionLost} error @returns {number | null} ms to pause */
  #unanswered(entry, error) {
    if (this.#gone.has(entry.cid)) return null; // seen meanwhile
    const lost = error instanceof ConnectionLost;
    const usedUp = !lost && error.data.type === "quota";
    const passing = (PASSING.includes(error.code) && !usedUp) || error.code === CLOSED_HERE;
    const losses = entry.losses + (passing ? 0 : 1);
    const failed = !passing && (losses >= LOSSES || (!lost && error.code < 500));
    /** @type {Entry} */
    const next = { ...entry, losses, state: failed ? "failed" : "waiting", problem: failed ? problemOf(error) : null };
    this.#write(next);
    if (failed) this.emit("failed", next);
    if (lost || failed) return null;
    const pause = this.#backoff.next(error.data.retry_after_ms);
    if (error.code === TOO_FAST) this.emit("slowed", entry.room, pause);
    return pause;
  }
}

/** @param {RequestError | ConnectionLost} error @returns {Problem} */
function problemOf(error) {
  return error instanceof RequestError ? error.data : { type: "connection_lost", status: 503 };
}
