/** Fakes whose time and network move only when a test says so. */

/** @import {Clock, ConnectionEvents, ConnectionState} from "../../static/realtime/types.js" */

import { Emitter } from "../../static/realtime/emitter.js";
import { ConnectionLost, RequestError } from "../../static/realtime/protocol.js";

/** Define a page in English for modules that look at it. @param {object} [document] more members of it */
export function fakePage(document = {}) {
  const value = Object.assign(
    new EventTarget(),
    { documentElement: { lang: "en" }, createElement: () => ({}) },
    document,
  );
  Object.defineProperty(globalThis, "document", { value, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB", "en"] }, configurable: true });
  globalThis.addEventListener ??= () => undefined;
}

/** Let every promise continue that can. @returns {Promise<void>} */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** @implements {Clock} */
export class FakeClock {
  /** @type {{id: number, at: number, fn: () => void}[]} */
  #timers = [];
  #lastId = 0;
  #now = 1_000_000;

  now = () => this.#now;

  setTimeout = (/** @type {() => void} */ fn, /** @type {number} */ ms) => {
    this.#timers.push({ id: ++this.#lastId, at: this.#now + ms, fn });
    return this.#lastId;
  };

  clearTimeout = (/** @type {number} */ id) => {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  };

  /** @param {number} ms */
  async advance(ms) {
    const end = this.#now + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.clearTimeout(next.id);
      next.fn();
      await settle();
    }
    this.#now = end;
  }

  /** @param {number} end */
  #next(end) {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
  }
}

/** Server side of one WebSocket. */
export class FakeSocket {
  /** @type {any} */ onopen = null;
  /** @type {any} */ onmessage = null;
  /** @type {any} */ onclose = null;
  /** @type {any[]} */ sent = [];
  /** @type {number | undefined} */ closedWith = undefined;

  /** @param {string} url @param {string} subprotocol */
  constructor(url, subprotocol) {
    Object.assign(this, { url, subprotocol });
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {number} code */
  close(code) {
    this.closedWith ??= code;
  }

  async open() {
    this.onopen?.({});
    await settle();
  }

  /** @param {object} message */
  async says(message) {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", ...message }) });
    await settle();
  }

  /** @param {any} result @param {number} [index] which of what was sent is answered; the last */
  answers(result, index = -1) {
    return this.says({ id: this.sent.at(index).id, result });
  }

  /** @param {object} error */
  refuses(error) {
    return this.says({ id: this.sent.at(-1).id, error });
  }

  /** @param {number} code */
  async closes(code) {
    this.onclose?.({ code });
    await settle();
  }
}

/** @returns {{WebSocket: any, sockets: FakeSocket[]}} */
export function fakeNetwork() {
  /** @type {FakeSocket[]} */
  const sockets = [];
  class WebSocket extends FakeSocket {
    /** @param {string} url @param {string} subprotocol */
    constructor(url, subprotocol) {
      super(url, subprotocol);
      sockets.push(this);
    }
  }
  return { WebSocket, sockets };
}

/** Connection whose requests a test answers by hand. @extends {Emitter<ConnectionEvents>} */
export class FakeConnection extends Emitter {
  /** @type {ConnectionState} */
  state = { name: "ready" };
  /**
   * @type {{method: string, params: any, answer: (result: any) => Promise<void>, refuse: (error: any) => Promise<void>, lose: (code?: number) => Promise<void>}[]}
   */
  requests = [];

  /** @param {string} method @param {any} params @returns {Promise<any>} */
  async request(method, params) {
    if (this.state.name !== "ready") throw new ConnectionLost(1000);
    return new Promise((resolve, reject) => {
      const ends = (/** @type {() => void} */ end) => {
        end();
        return settle();
      };
      this.requests.push({
        method,
        params,
        answer: (result) => ends(() => resolve(result)),
        refuse: (error) => ends(() => reject(new RequestError(error))),
        lose: (code = 1006) => ends(() => reject(new ConnectionLost(code))),
      });
    });
  }

  /** @param {any} [greeting] */
  async greets(greeting = { opened: {} }) {
    this.state = { name: "ready" };
    this.emit("greeted", greeting);
    await settle();
  }

  /** Close the connection with the requests on their way. @param {number} [code] */
  async closes(code = 1006) {
    this.state = { name: "waiting" };
    for (const request of this.requests) await request.lose(code);
  }

  /** @param {string} method @param {any} params */
  async notifies(method, params) {
    this.emit("notified", { method, params });
    await settle();
  }
}

/**
 * Return a generator of numbers in [0, 1), the same for the same seed (mulberry32).
 * @param {number} seed @returns {() => number}
 */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
