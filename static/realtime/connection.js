/**
 * Connection keeps one WebSocket to the server: it connects, says hello, and reconnects. It knows no room and no
 * message.
 */

/** @import {ConnectionEvents, ConnectionOptions, ConnectionState, Greeting, Page} from "./types.js" */

import { Backoff } from "./backoff.js";
import { realClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { Heartbeat } from "./heartbeat.js";
import { watchPage } from "./page_events.js";
import { CLOSED_HERE, ConnectionLost, isTerminal, RequestError, TOKEN, UNKNOWN_METHOD } from "./protocol.js";
import { Requests } from "./requests.js";
import { Socket } from "./socket.js";

const HELLO_TIMEOUT_MS = 10_000;
const STABLE_MS = 10_000;
/** A visible page tries again sooner for this long: a server that restarts is back by then. */
const FAST_RETRIES_FOR_MS = 60_000;
const FAST_RETRY_MS = 3_000;

/** @extends {Emitter<ConnectionEvents>} */
export class Connection extends Emitter {
  #options;
  #clock;
  #backoff;
  #requests;
  #heartbeat;
  /** @type {ConnectionState} */
  #state = { name: "waiting" };
  /** @type {Socket | null} */
  #socket = null;
  /** @type {{code: number, reason: string, retry_after_ms?: number | null} | null} the last `session.bye` */
  #bye = null;
  /** @type {string | null} a newer token than that of the page */
  #token = null;
  #refreshed = false;
  /** @type {number | null} when the last good connection ended */
  #lostAt = null;
  /** Failed attempts in a row. */
  #failures = 0;
  #ahead = 0;
  /** @type {any} ends hello, the waiting or the time until the connection counts as stable */
  #timer = null;
  /** @type {(() => void) | null} */
  #unwatch = null;

  /** @param {ConnectionOptions} options */
  constructor(options) {
    super();
    this.#options = { WebSocket: globalThis.WebSocket, page: /** @type {Page} */ (globalThis), ...options };
    this.#clock = options.clock ?? realClock;
    this.#backoff = new Backoff(options.random ?? Math.random);
    const probe = () => this.request("session.ping", {}).catch(() => undefined); // every answer is a sign of life
    this.#heartbeat = new Heartbeat(this.#clock, { probe, dead: () => this.#giveUp() });
    this.#requests = new Requests(this.#clock, () => this.#heartbeat.suspect());
  }

  /**
   * Return the state. `retryAt` is on the scale of `realClock.now()`; "waiting" without it waits for a token, the page
   * or `start`.
   */
  get state() {
    return this.#state;
  }

  start() {
    const { page } = this.#options;
    this.#unwatch ??= watchPage(page, {
      returned: () => this.#suspect(),
      left: () => this.#leave(),
      offline: () => this.#heartbeat.suspect(),
      restored: () => this.#connect(),
    });
    if (!this.#socket) this.#connect();
  }

  stop() {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#leave();
  }

  #leave() {
    this.#release(CLOSED_HERE);
    this.#become({ name: "waiting" });
  }

  /** Connect now instead of at `retryAt`. */
  tryNow() {
    if (this.#state.retryAt !== undefined) this.#connect();
  }

  /**
   * @param {string} method @param {object} params @returns {Promise<any>} rejects with RequestError or ConnectionLost
   */
  async request(method, params) {
    if (this.#state.name !== "ready" || !this.#socket) throw new ConnectionLost(CLOSED_HERE);
    return this.#requests.send(this.#socket, method, params);
  }

  /** Send a notification. It is dropped when there is no connection. @param {string} method @param {object} params */
  notify(method, params) {
    if (this.#state.name === "ready") this.#socket?.send({ method, params });
  }

  /** Return the time of the server in ms, as known from hello. */
  serverNow() {
    return this.#clock.now() + this.#ahead;
  }

  #connect() {
    this.#release(CLOSED_HERE);
    const socket = new Socket(this.#options.WebSocket, this.#options.url, {
      opened: () => this.#greet(socket),
      messageReceived: (message) => this.#messageReceived(message),
      closed: (code) => this.#closed(this.#bye ?? { code, reason: "" }),
    });
    this.#socket = socket;
    this.#after(HELLO_TIMEOUT_MS, () => this.#giveUp());
    this.#become({ name: "connecting" });
  }

  /** @param {Socket} socket */
  async #greet(socket) {
    this.#become({ name: "greeting" });
    const hello = this.#options.hello();
    try {
      this.#greeted(
        await this.#requests.send(socket, "session.hello", { ...hello, token: this.#token ?? hello.token }),
      );
    } catch (error) {
      // After other errors the server sends bye with the code.
      if (error instanceof RequestError && error.code >= 429) this.#giveUp(error.data.retry_after_ms);
    }
  }

  /** @param {Greeting} greeting */
  #greeted(greeting) {
    this.#token = greeting.token;
    this.#refreshed = false;
    this.#ahead = greeting.now - this.#clock.now();
    this.#heartbeat.start();
    this.#failures = 0;
    this.#after(STABLE_MS, () => this.#proven());
    this.#become({ name: "ready" });
    this.emit("greeted", greeting);
  }

  /** @param {any} message */
  #messageReceived(message) {
    this.#heartbeat.heard();
    if (!message.method) this.#requests.answered(message);
    else if (message.id !== undefined) this.#asked(message);
    else if (message.method === "session.bye") this.#bye = message.params;
    else this.emit("notified", message);
  }

  /** @param {{id: string | number, method: string}} request a request of the server */
  #asked({ id, method }) {
    if (method !== "session.ping")
      return this.#socket?.send({ id, error: { code: UNKNOWN_METHOD, message: "unknown method" } });
    const offsets = Object.entries(this.#options.hello().rooms).map(([room, { o }]) => [room, o]);
    this.#socket?.send({ id, result: { rooms: Object.fromEntries(offsets) } });
  }

  /** @param {{code: number, reason: string, retry_after_ms?: number | null}} bye */
  #closed({ code, reason, retry_after_ms }) {
    this.#release(code);
    if (isTerminal(code)) this.#end(code, reason);
    else if (code === TOKEN) this.#renewToken();
    else this.#wait(retry_after_ms);
  }

  async #renewToken() {
    if (this.#refreshed) return this.#end(TOKEN, "token");
    const state = this.#become({ name: "waiting" });
    const token = await this.#options.refreshToken().catch(() => undefined);
    if (this.#state !== state) return;
    if (token === null) return this.#end(TOKEN, "token");
    this.#refreshed = token !== undefined;
    this.#token = token ?? this.#token;
    this.#wait(token === undefined ? null : 0);
  }

  #proven() {
    this.#backoff.reset();
    this.#lostAt = null;
  }

  /** @param {number | null} [retryAfterMs] */
  #wait(retryAfterMs) {
    const now = this.#clock.now();
    this.#lostAt ??= now;
    const fast = this.#options.page.document?.visibilityState !== "hidden" && now - this.#lostAt < FAST_RETRIES_FOR_MS;
    const ms = this.#backoff.next(retryAfterMs, fast ? FAST_RETRY_MS : undefined);
    this.#failures += 1;
    this.#after(ms, () => this.#connect());
    this.#become({ name: "waiting", retryAt: now + ms, failures: this.#failures });
  }

  /** @param {number} code @param {string} reason */
  #end(code, reason) {
    this.stop();
    this.#become({ name: "stopped", code, reason });
    this.emit("stopped", { code, reason });
  }

  /** Close a connection that is dead or does not answer hello, and wait. @param {number | null} [retryAfterMs] */
  #giveUp(retryAfterMs) {
    this.#release(CLOSED_HERE);
    this.#wait(retryAfterMs);
  }

  #suspect() {
    this.tryNow();
    this.#heartbeat.suspect();
  }

  /** @param {number} code why the requests on their way are lost */
  #release(code) {
    this.#socket?.close();
    this.#socket = this.#bye = null;
    this.#heartbeat.stop();
    this.#clock.clearTimeout(this.#timer);
    this.#requests.closed(code);
  }

  /** @param {number} ms @param {() => void} fn */
  #after(ms, fn) {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(fn, ms);
  }

  /** @param {ConnectionState} state */
  #become(state) {
    this.#state = state;
    this.emit("stateChanged", state);
    return state;
  }
}
