/** Position in the log of one open room. Every event is applied once, in order, without a gap. */

/** @import {SubscribeResult, Position, RoomEvent} from "./types.js" */

const MAX_BUFFERED = 64;

/**
 * RoomPosition delivers the event `o == last + 1`, drops smaller ones, and buffers greater ones while it requests the
 * missing events.
 */
export class RoomPosition {
  /** @type {Map<number, RoomEvent>} */
  #buffer = new Map();
  /** @type {number | null} the position of the last gap */
  #gapAt = null;
  #asking = false;
  #facts;

  /**
   * @param {string} room @param {Position | null} position
   * @param {{delivered: (event: RoomEvent) => void, holeFound: () => void}} facts
   */
  constructor(room, position, facts) {
    this.room = room;
    this.position = position;
    this.#facts = facts;
  }

  /** @param {RoomEvent} event */
  eventReceived(event) {
    const { position } = this;
    if (position && event.o <= position.o) return; // it was applied before
    if (!position || event.o > position.o + 1) return this.#keep(event);
    this.position = { o: event.o, t: event.t };
    this.#facts.delivered(event);
    this.#releaseBuffered();
  }

  /**
   * Return the position to open from. A gap that a replay did not fill asks for a snapshot.
   * @returns {Position | null}
   */
  ask() {
    this.#asking = true;
    const repeated = this.position?.o === this.#gapAt;
    this.#gapAt = this.position?.o ?? null;
    return repeated ? null : this.position;
  }

  /**
   * Take the answer of `room.open`. The buffer is emptied: the events follow again, and after a restored backup the
   * old ones are wrong.
   * @param {SubscribeResult} opening
   */
  opened({ mode, head }) {
    this.#asking = false;
    this.#buffer.clear();
    if (mode === "snapshot") this.position = { o: head.o, t: head.t };
  }

  /** @param {RoomEvent} event */
  #keep(event) {
    if (this.#buffer.size < MAX_BUFFERED) this.#buffer.set(event.o, event);
    if (this.position && !this.#asking) this.#facts.holeFound();
  }

  #releaseBuffered() {
    const o = (this.position?.o ?? -1) + 1;
    const next = this.#buffer.get(o);
    this.#buffer.delete(o);
    if (next) this.eventReceived(next);
  }
}
