/** Which rooms are open, and how far each has been applied: every event once, in order, without a hole. */

/** @import {Opening, Position, RoomEvent, RoomLeft, RoomSignal} from "./types.js" */
/** @import {RequestError} from "./protocol.js" */
/** @import {Connection} from "./connection.js" */

/** @typedef {{opened: [string, Opening], refused: [string, RequestError], eventApplied: [RoomEvent], signalled: [RoomSignal], left: [RoomLeft]}} RoomsFacts */

export class Rooms {
  /** @param {Connection} connection */
  constructor(connection) {
    void connection;
  }

  /** Open, or open from another position. @param {string} room @param {Position | null} position null asks for a snapshot */
  open(room, position) {
    void [room, position];
  }

  /** @param {string} room */
  close(room) {
    void room;
  }

  /** For hello and for pings. @returns {Record<string, Position | null>} */
  positions() {
    return {};
  }

  /**
   * "opened" (room, opening): dispatch it to the room's store; "refused" (room, RequestError): 404, 403, it is closed here;
   * "eventApplied" (event): once, in order; "signalled" (signal), of rooms not open too; "left" ({room, reason, until}).
   * @template {keyof RoomsFacts} K @param {K} fact @param {(...args: RoomsFacts[K]) => void} fn @returns {() => void} unsubscribes
   */
  on(fact, fn) {
    void [fact, fn];
    return () => {};
  }
}
