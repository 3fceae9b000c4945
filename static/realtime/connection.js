/** One line to the server, kept up: connects, greets, hears, comes back. It knows no room and no message. */

/** @import {Clock, ConnectionState, Greeting, Hello} from "./types.js" */

export class Connection {
  /**
   * @param {object} options
   * @param {string} options.url "/ws/" or absolute
   * @param {() => Hello} options.hello asked at every connect; its rooms also answer the server's pings
   * @param {() => Promise<string | null>} options.refreshToken asked once after 4001; null stops; a throw means try later. The caller's `hello` must then give the new one
   * @param {typeof WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {() => number} [options.random]
   * @param {EventTarget} [options.page] whose visibilitychange, online, pageshow and pagehide are heard; the window
   */
  constructor(options) {
    void options;
  }

  /** @returns {ConnectionState} `retryAt` is on the scale of `realClock.now()` (clock.js), roughly Date.now() */
  get state() {
    return { name: "waiting" };
  }

  start() {}

  /** Close and stay closed; `start` begins again. */
  stop() {}

  /** Connect now instead of at `retryAt`. */
  tryNow() {}

  /** @param {string} method @param {Record<string, any>} params @returns {Promise<any>} rejects with RequestError or ConnectionLost (protocol.js) */
  async request(method, params) {
    void [method, params];
  }

  /** Dropped when the connection is not ready. @param {string} method @param {Record<string, any>} params */
  notify(method, params) {
    void [method, params];
  }

  /** The server's clock as known from hello, ms. */
  serverNow() {
    return 0;
  }

  /**
   * "stateChanged" (ConnectionState), "greeted" (Greeting), "notified" ({method, params}), "stopped" ({code, reason}).
   * @template {keyof ConnectionFacts} K @param {K} fact @param {(...args: ConnectionFacts[K]) => void} fn @returns {() => void} unsubscribes
   */
  on(fact, fn) {
    void [fact, fn];
    return () => {};
  }
}

/** @typedef {{stateChanged: [ConnectionState], greeted: [Greeting], notified: [{method: string, params: any}], stopped: [{code: number, reason: string}]}} ConnectionFacts */
