/** Requests that wait for an answer. Each ends once: by its answer, by the timeout, or by the close. */

/** @import {Clock} from "./types.js" */

import { ConnectionLost, RequestError } from "./protocol.js";

const TIMEOUT_MS = 10_000;

/** @typedef {{resolve: (result: any) => void, reject: (error: Error) => void, timer: any}} Waiting */

export class Requests {
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #lastId = 0;
  #clock;
  #timedOut;

  /** @param {Clock} clock @param {() => void} timedOut */
  constructor(clock, timedOut) {
    this.#clock = clock;
    this.#timedOut = timedOut;
  }

  /**
   * @param {{send: (message: object) => void}} socket @param {string} method @param {object} params
   * @returns {Promise<any>}
   */
  send(socket, method, params) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => this.#unanswered(id), TIMEOUT_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.send({ id, method, params });
    });
  }

  /** @param {{id: any, result?: any, error?: any}} response */
  answered({ id, result, error }) {
    const waiting = this.#take(id);
    if (error) waiting?.reject(new RequestError(error));
    else waiting?.resolve(result);
  }

  /** @param {number} code the close code */
  closed(code) {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(new ConnectionLost(code));
  }

  /** @param {number} id */
  #unanswered(id) {
    this.#take(id)?.reject(new RequestError({ code: 504, message: "timeout" }));
    this.#timedOut();
  }

  /** @param {number} id */
  #take(id) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#clock.clearTimeout(waiting?.timer);
    return waiting;
  }
}
