/** The read pointer, moved back by its owner. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { reduceRooms, unread } from "../../../../static/chat/state/rooms.js";
import { emptyRoom, firstNew, reduce } from "../../../../static/chat/state/store.js";

const ROOM = { key: "k", name: "Room", topic: "", public: true, lounge: false, role: "member", read: 5, members: 2 };
const HEAD = { o: 5, t: 5, n: 5 };

/** @param {number} o @param {string} by */
const line = (o, by) => ({
  o,
  t: o,
  n: o,
  at: o,
  by,
  kind: "text",
  data: { text: "" },
  edited: null,
  removed: null,
  touched: o,
});

function shown() {
  const lines = [1, 2, 3, 4, 5].map((o) => line(o, o === 4 ? "me" : "ana"));
  const snapshot = { room: ROOM, head: HEAD, lines, before: false, after: false, as_of: 5, people: {}, parts: {} };
  return reduce(emptyRoom("me"), { type: "snapshot", snapshot: /** @type {any} */ (snapshot) });
}

/** @param {string} kind @param {any} value */
const signal = (kind, value) =>
  /** @type {any} */ ({ type: "signal", signal: { room: "k", kind, key: "", value }, now: 0 });

/** @param {number} o @param {string} by */
const posted = (o, by) =>
  /** @type {any} */ ({
    type: "event",
    event: {
      ...{ room: "k", o, t: o, n: o, at: o, by, cid: `c${o}`, kind: "message.posted" },
      data: { kind: "text", text: "" },
    },
  });

const COUNTS = { read: 2, unread: 2, mentions: 0, o: 5 };

test("pointer goes back in every tab, with the New row", () => {
  const state = reduce(shown(), signal("unread", COUNTS));
  assert.equal(state.read, 2);
  assert.equal(state.unmarked, true);
  assert.equal(firstNew(state), 3);
  assert.equal(reduce(state, signal("unread", COUNTS)), state);
});

test("pointer that was moved back stays until its owner posts, comes back to the end or opens the room again", () => {
  const state = reduce(shown(), signal("unread", COUNTS));
  assert.equal(reduce(state, posted(6, "ana")).unmarked, true);
  assert.equal(reduce(state, { type: "scrolled", atBottom: false }).unmarked, true);
  for (const action of [posted(6, "me"), { type: "readingAgain" }, { type: "entered" }, signal("read", 5)])
    assert.equal(reduce(state, /** @type {any} */ (action)).unmarked, false);
});

test("snapshot after a lost connection keeps the pointer that was moved back", () => {
  const state = reduce(shown(), signal("unread", COUNTS));
  const { room, head, lines } = shown();
  const snapshot = { room, head, lines, before: false, after: false, as_of: 5, people: {}, parts: {} };
  assert.equal(reduce(state, { type: "snapshot", snapshot: /** @type {any} */ (snapshot) }).read, 2);
});

test("list of rooms takes the count from the pointer on, and counts on", () => {
  const { role, members: _, ...facts } = ROOM;
  const hello = { type: "hello", rooms: [{ ...facts, role, unread: 0, read: 5, head: HEAD, here: 1 }] };
  const reader = { me: "me", blocked: new Set() };
  const rows = reduceRooms(reduceRooms([], /** @type {any} */ (hello)), { ...signal("unread", COUNTS), ...reader });
  assert.equal(unread(rows[0]), 2);
  assert.equal(rows[0].read, 2);
  const later = reduceRooms(rows, { ...posted(6, "ana"), ...reader });
  assert.equal(unread(later[0]), 3);
  const own = reduceRooms(later, { ...posted(7, "me"), ...reader });
  assert.equal(unread(own[0]), 0);
});
