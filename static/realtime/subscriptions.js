/**
 * Subscriptions of one connection. A room is opened at hello or one by one, again after a gap, until it is closed or
 * the reader is removed.
 */

/** @import {Connection} from "./connection.js" */
/** @import {Clock, Greeting, SubscribeResult, Position, SubscriptionEvents, WireError} from "./types.js" */

import { realClock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { RequestError } from "./protocol.js";
import { RoomPosition } from "./room_position.js";

const RETRY_MS = 2_000;

/** @extends {Emitter<SubscriptionEvents>} */
export class Subscriptions extends Emitter {
  /** @type {Map<string, RoomPosition>} */
  #open = new Map();
  #connection;
  #clock;

  /** @param {Connection} connection @param {Clock} [clock] */
  constructor(connection, clock = realClock) {
    super();
    this.#connection = connection;
    this.#clock = clock;
    connection.on("greeted", (greeting) => this.#greeted(greeting));
    connection.on("notified", ({ method, params }) => this.#notified(method, params));
  }

  /** @param {string} room @param {Position | null} position null asks for a snapshot */
  open(room, position) {
    const delivered = (/** @type {any} */ event) => this.emit("eventApplied", event);
    const at = new RoomPosition(room, position, { delivered, holeFound: () => this.#ask(at) });
    this.#open.set(room, at);
    this.#ask(at);
  }

  /** @param {string} room */
  close(room) {
    this.#open.delete(room);
    this.#connection.request("room.close", { room }).catch(() => undefined);
  }

  /**
   * Return the positions for hello and pings. A room that waits for its snapshot has none.
   * @returns {Record<string, Position>}
   */
  positions() {
    return Object.fromEntries(
      [...this.#open.values()].flatMap(({ room, position }) => (position ? [[room, position]] : [])),
    );
  }

  /** @param {Greeting} greeting */
  #greeted({ opened }) {
    for (const at of [...this.#open.values()]) {
      const opening = opened[at.room];
      if (opening && at.position) this.#answered(at, opening);
      else this.#ask(at);
    }
    for (const room of Object.keys(opened)) if (!this.#open.has(room)) this.close(room);
  }

  /** @param {RoomPosition} at */
  async #ask(at) {
    if (this.#open.get(at.room) !== at || this.#connection.state.name !== "ready") return;
    try {
      this.#answered(at, await this.#connection.request("room.open", { room: at.room, position: at.ask() }));
    } catch (error) {
      if (error instanceof RequestError) this.#refused(at, error);
    }
  }

  /** @param {RoomPosition} at @param {SubscribeResult | {error: WireError}} opening */
  #answered(at, opening) {
    if ("error" in opening) return this.#refused(at, new RequestError(opening.error));
    if (this.#open.get(at.room) !== at) return;
    at.opened(opening);
    this.emit("opened", at.room, opening);
  }

  /** @param {RoomPosition} at @param {RequestError} error */
  #refused(at, error) {
    if (error.code === 429 || error.code >= 500) {
      this.#clock.setTimeout(() => this.#ask(at), error.data.retry_after_ms ?? RETRY_MS);
    } else if (this.#open.get(at.room) === at) {
      this.#open.delete(at.room);
      this.emit("refused", at.room, error);
    }
  }

  /** @param {string} method @param {any} params */
  #notified(method, params) {
    if (method === "room.event") this.#open.get(params.room)?.eventReceived(params);
    else if (method === "room.signal") this.emit("signalled", params);
    else if (method === "room.left") {
      this.#open.delete(params.room);
      this.emit("left", params);
    }
  }
}
