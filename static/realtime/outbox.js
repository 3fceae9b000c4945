/**
 * Outbox of durable requests. Each is stored before it is sent, and repeated under one cid until it is answered or its
 * event arrives.
 */

/** @import {PendingRequest, OutboxStorage, OutboxEvents, OutboxOptions, Problem} from "./types.js" */

import { Backoff } from "./backoff.js";
import { realClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { randomId } from "./ids.js";
import { openStorage } from "./outbox_storage.js";
import { CLOSED_HERE, ConnectionLost, RequestError } from "./protocol.js";

const TOO_FAST = 429;
/** Types of 429 that take too long to wait for. */
const USED_UP = ["quota", "here_limit"];
const TEMPORARY = [401, TOO_FAST, 503, 504];
const MAX_LOSSES = 2;

/** @extends {Emitter<OutboxEvents>} */
export class Outbox extends Emitter {
  /** @type {Map<string, PendingRequest>} */
  #requests = new Map();
  /** @type {Set<string>} rooms with a request on its way, or a pause after one */
  #busy = new Set();
  /** @type {Set<string>} cids that are being stored */
  #unwritten = new Set();
  /** @type {Set<string>} finished cids; what another tab or a slow read still brings of them is old */
  #gone = new Set();
  #lastAt = 0;
  #connection;
  #prepare;
  #clock;
  #backoff;
  /** @type {Promise<OutboxStorage>} */
  #storage;
  #otherTabs;
  /** @type {(() => void) | null} */
  #unsubscribe = null;

  /** @param {OutboxOptions} options */
  constructor({
    user,
    connection,
    storage,
    prepare = ({ params }) => params,
    clock = realClock,
    random = Math.random,
    Channel = globalThis.BroadcastChannel,
  }) {
    super();
    this.#connection = connection;
    this.#prepare = prepare;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#storage = storage ? Promise.resolve(storage) : openStorage(user);
    this.#otherTabs = Channel && new Channel(`parlor.outbox.${user}`);
  }

  /** Take the requests that an earlier page or a closed tab left, now and after each hello. */
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

  /**
   * Add a request and return at once. The cid becomes part of the params.
   * @param {string} method @param {Record<string, any>} params
   * @param {string} [cid] the cid of a request that is sent again @returns {PendingRequest}
   */
  add(method, params, cid = randomId()) {
    this.#gone.delete(cid);
    const room = params.room ?? "";
    this.#lastAt = Math.max(this.#lastAt + 1, Math.round(this.#clock.now()));
    /** @type {PendingRequest} */
    const pending = {
      cid,
      room,
      method,
      params: { ...params, cid },
      at: this.#lastAt,
      losses: 0,
      state: "waiting",
      problem: null,
    };
    this.#write(pending);
    return pending;
  }

  /** Send a failed request again. @param {string} cid */
  retry(cid) {
    const pending = this.#requests.get(cid);
    if (pending?.state === "failed") this.#write({ ...pending, state: "waiting", losses: 0, problem: null });
  }

  /** @param {string} cid */
  remove(cid) {
    this.#otherTabs?.postMessage(cid);
    this.#storage.then((storage) => storage.remove(cid));
    this.#forget(cid);
  }

  /** Remove a request whose event has arrived. @param {string | null | undefined} cid */
  seen(cid) {
    const pending = cid ? this.#requests.get(cid) : null;
    if (!pending) return;
    this.emit("arrived", pending);
    this.remove(pending.cid);
  }

  /**
   * Return the requests of a room in the order in which they were added, with the failed ones.
   * @param {string} room @returns {PendingRequest[]}
   */
  pending(room) {
    return [...this.#requests.values()].filter((pending) => pending.room === room);
  }

  async #load() {
    const stored = await (await this.#storage).all();
    const unknown = stored.filter(({ cid }) => !this.#requests.has(cid) && !this.#gone.has(cid));
    const all = [...this.#requests.values(), ...unknown].sort((a, b) => a.at - b.at);
    this.#requests = new Map(all.map((pending) => [pending.cid, pending]));
    this.#lastAt = Math.max(this.#lastAt, all.at(-1)?.at ?? 0);
    for (const room of new Set(unknown.map((pending) => pending.room))) this.emit("changed", room);
    for (const room of new Set(all.map((pending) => pending.room))) this.#sendNext(room);
  }

  /** Store the request, then send it. A full disk does not prevent sending. @param {PendingRequest} pending */
  async #write(pending) {
    this.#change(pending);
    this.#unwritten.add(pending.cid);
    await this.#storage.then((storage) => storage.put(pending)).catch(() => undefined);
    this.#unwritten.delete(pending.cid);
    this.#sendNext(pending.room);
  }

  /** @param {PendingRequest} pending */
  #change(pending) {
    this.#requests.set(pending.cid, pending);
    this.emit("changed", pending.room);
  }

  /** @param {string} cid */
  #forget(cid) {
    const pending = this.#requests.get(cid);
    this.#gone.add(cid);
    this.#requests.delete(cid);
    if (pending) this.emit("changed", pending.room);
  }

  /** Send what waited for something that is there now. @param {string} room */
  prepared(room) {
    this.#sendNext(room);
  }

  /** Give a request up that cannot be prepared. @param {string} cid @param {Problem} problem */
  fail(cid, problem) {
    const pending = this.#requests.get(cid);
    if (pending?.state !== "waiting") return;
    /** @type {PendingRequest} */
    const next = { ...pending, state: "failed", problem };
    this.#write(next);
    this.emit("failed", next);
  }

  /**
   * Send the next request of a room. One that cannot be prepared yet lets the others pass.
   * @param {string} room
   */
  #sendNext(room) {
    const pending = this.pending(room).find((each) => each.state === "waiting" && this.#prepare(each) !== null);
    if (!pending || this.#busy.has(room) || this.#unwritten.has(pending.cid) || this.#connection.state.name !== "ready")
      return;
    this.#busy.add(room);
    this.#change({ ...pending, state: "sending" });
    this.#send(pending);
  }

  /** @param {PendingRequest} pending */
  async #send(pending) {
    const began = this.#clock.now();
    let pause = null;
    try {
      const stored = await this.#connection.request(pending.method, this.#prepare(pending) ?? pending.params);
      this.#backoff.reset();
      this.emit("answered", pending, stored, Math.round(this.#clock.now() - began));
      this.remove(pending.cid);
    } catch (error) {
      pause = this.#unanswered(pending, /** @type {RequestError | ConnectionLost} */ (error));
    }
    if (pause === null) this.#free(pending.room);
    else this.#clock.setTimeout(() => this.#free(pending.room), pause);
  }

  /** @param {string} room */
  #free(room) {
    this.#busy.delete(room);
    this.#sendNext(room);
  }

  /**
   * @param {PendingRequest} pending @param {RequestError | ConnectionLost} error @returns {number | null} ms to pause
   */
  #unanswered(pending, error) {
    if (this.#gone.has(pending.cid)) return null; // its event has arrived meanwhile
    const lost = error instanceof ConnectionLost;
    const usedUp = !lost && USED_UP.includes(error.data.type);
    const temporary = (TEMPORARY.includes(error.code) && !usedUp) || error.code === CLOSED_HERE;
    const losses = pending.losses + (temporary ? 0 : 1);
    const failed = !temporary && (losses >= MAX_LOSSES || (!lost && error.code < 500));
    /** @type {PendingRequest} */
    const next = {
      ...pending,
      losses,
      state: failed ? "failed" : "waiting",
      problem: failed ? problemOf(error) : null,
    };
    this.#write(next);
    if (failed) this.emit("failed", next);
    if (lost || failed) return null;
    const pause = this.#backoff.next(error.data.retry_after_ms);
    if (error.code === TOO_FAST) this.emit("slowed", pending.room, pause);
    return pause;
  }
}

/** @param {RequestError | ConnectionLost} error @returns {Problem} */
function problemOf(error) {
  return error instanceof RequestError ? error.data : { type: "connection_lost", status: 503 };
}
