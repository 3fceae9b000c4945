/** How far one open room has been applied: every event once, in order, without a hole. */

/** @import {SubscribeResult, Position, RoomEvent} from "./types.js" */

const HELD = 64;

/** It delivers o == last + 1, drops smaller ones, and holds greater ones while it asks for what is missing. */
export class RoomPosition {
  /** @type {Map<number, RoomEvent>} */
  #held = new Map();
  /** @type {number | null} where the last hole was */
  #gapAt = null;
  #asking = false;
  #facts;

  /** @param {string} room @param {Position | null} position @param {{delivered: (event: RoomEvent) => void, holeFound: () => void}} facts */
  constructor(room, position, facts) {
    this.room = room;
    this.position = position;
    this.#facts = facts;
  }

  /** @param {RoomEvent} event */
  eventReceived(event) {
    const { position } = this;
    if (position && event.o <= position.o) return; // already seen
    if (!position || event.o > position.o + 1) return this.#hold(event);
    this.position = { o: event.o, t: event.t };
    this.#facts.delivered(event);
    this.#releaseHeld();
  }

  /** Where to open from: a hole that a replay did not fill asks for a snapshot. @returns {Position | null} */
  ask() {
    this.#asking = true;
    const repeated = this.position?.o === this.#gapAt;
    this.#gapAt = this.position?.o ?? null;
    return repeated ? null : this.position;
  }

  /** The events after it follow, so what is held comes again; after a restored backup it must not be believed. @param {SubscribeResult} opening */
  opened({ mode, head }) {
    this.#asking = false;
    this.#held.clear();
    if (mode === "snapshot") this.position = { o: head.o, t: head.t };
  }

  /** @param {RoomEvent} event */
  #hold(event) {
    if (this.#held.size < HELD) this.#held.set(event.o, event);
    if (this.position && !this.#asking) this.#facts.holeFound();
  }

  #releaseHeld() {
    const o = (this.position?.o ?? -1) + 1;
    const next = this.#held.get(o);
    this.#held.delete(o);
    if (next) this.eventReceived(next);
  }
}
