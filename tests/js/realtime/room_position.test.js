/** @import {SubscribeResult, RoomEvent} from "../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RoomPosition } from "../../../static/realtime/room_position.js";

/** @param {number} o @param {number} [t] @returns {RoomEvent} */
const event = (o, t = o * 10) => ({ room: "lounge", o, t, n: o, at: o, kind: "message.posted", data: {} });
/** @param {"replay" | "snapshot"} mode @param {number} o @param {number} [t] @returns {SubscribeResult} */
const opening = (mode, o, t = o * 10) => ({ mode, head: { o, t, n: o }, presence: {}, here: 0 });

/** @param {number | null} o */
function made(o) {
  /** @type {number[]} */
  const delivered = [];
  const holes = { found: 0 };
  const position = new RoomPosition("lounge", o === null ? null : { o, t: o * 10 }, {
    delivered: (event) => delivered.push(event.o),
    holeFound: () => {
      holes.found += 1;
      position.ask();
    },
  });
  const receive = (/** @type {number[]} */ ...offsets) => offsets.forEach((o) => position.eventReceived(event(o)));
  return { position, delivered, holes, receive };
}

test("next event is delivered and moves the position with its tag", () => {
  const { position, delivered, receive } = made(5);
  receive(6, 7);
  assert.deepEqual(delivered, [6, 7]);
  assert.deepEqual(position.position, { o: 7, t: 70 });
});

test("event that was applied before is dropped", () => {
  const { delivered, receive } = made(5);
  receive(4, 5, 6, 6, 5);
  assert.deepEqual(delivered, [6]);
});

test("greater event is buffered until the gap is filled, and the gap is requested once", () => {
  const { delivered, holes, receive } = made(5);
  receive(8, 7, 9, 8);
  assert.deepEqual(delivered, []);
  assert.equal(holes.found, 1);
  receive(6);
  assert.deepEqual(delivered, [6, 7, 8, 9]);
});

test("buffer holds at most 64 events, and dropped ones are requested again", () => {
  const { position, delivered, holes, receive } = made(0);
  receive(...Array.from({ length: 80 }, (_, i) => i + 2), 1);
  assert.equal(delivered.length, 65);
  position.opened(opening("replay", 90));
  receive(85);
  assert.equal(holes.found, 2);
});

test("subscribe result empties the buffer", () => {
  const { position, delivered, receive } = made(5);
  position.eventReceived(event(7, 777)); // of a life that a restored backup has undone
  position.opened(opening("replay", 7));
  receive(6, 7);
  assert.deepEqual(delivered, [6, 7]);
  assert.deepEqual(position.position, { o: 7, t: 70 });
});

test("snapshot with another tag sets the position, back as well as forward", () => {
  for (const head of [3, 40]) {
    const { position, delivered, receive } = made(5);
    position.opened(opening("snapshot", head, 999));
    assert.deepEqual(position.position, { o: head, t: 999 });
    receive(head, head + 1);
    assert.deepEqual(delivered, [head + 1]);
  }
});

test("replay leaves the position where it was", () => {
  const { position } = made(5);
  position.opened(opening("replay", 90));
  assert.deepEqual(position.position, { o: 5, t: 50 });
});

test("gap that a replay did not fill requests a snapshot", () => {
  const { position } = made(5);
  assert.deepEqual(position.ask(), { o: 5, t: 50 });
  position.opened(opening("replay", 9));
  assert.equal(position.ask(), null);
});

test("gap after progress requests a replay again", () => {
  const { position, receive } = made(5);
  position.ask();
  position.opened(opening("replay", 9));
  receive(6);
  assert.deepEqual(position.ask(), { o: 6, t: 60 });
});

test("events before the first snapshot are buffered and request nothing", () => {
  const { position, delivered, holes, receive } = made(null);
  receive(8);
  assert.deepEqual([delivered, holes.found, position.ask()], [[], 0, null]);
});
