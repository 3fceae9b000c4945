/** Reactions: the state after any events, the reader's own that wait, and how they are counted. */

/** @import {PendingRequest} from "../../../../static/realtime/types.js" */
/** @import {Message, Reactions, RoomState} from "../../../../static/chat/state/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { reactionsOf, withReaction } from "../../../../static/chat/state/reactions.js";
import { timeline } from "../../../../static/chat/state/selectors.js";
import { emptyRoom, reduce } from "../../../../static/chat/state/store.js";
import { seeded } from "../../fakes.js";

const [THUMB, HEART, PARTY] = ["👍", "❤️", "🎉"];

/** @param {Partial<Message>} [more] @returns {RoomState} a room with one message */
function room(more = {}) {
  const message = { o: 1, n: 1, at: 0, by: "ben", kind: "text", data: { text: "x" }, edited: null, removed: null };
  return { ...emptyRoom("me"), head: { o: 1, t: 1, n: 1 }, lines: [{ ...message, touched: 1, ...more }] };
}

/** @param {RoomState} state @param {string} by @param {string} emoji @param {boolean} on @param {number} [to] */
function apply(state, by, emoji, on, to = 1) {
  const event = { room: "r", o: state.head.o + 1, t: 1, n: 1, at: 1, by, cid: null };
  return reduce(state, { type: "event", event: { ...event, kind: "message.reacted", data: { o: to, emoji, on } } });
}

/** @param {number} n @param {string} emoji @param {boolean} on @param {Partial<PendingRequest>} [more] */
function request(n, emoji, on, more = {}) {
  const params = { room: "r", cid: `c${n}`, o: 1, emoji, on };
  const fixed = { room: "r", method: "reaction.set", at: n, losses: 0, problem: null };
  return /** @type {PendingRequest} */ ({ cid: `c${n}`, params, state: "waiting", ...fixed, ...more });
}

/** @param {RoomState} state @param {PendingRequest[]} pending */
const shown = (state, pending) => reactionsOf(timeline(state, pending)[0], "me");

test("reactions keep the order of the first ones, and an emoji without people goes", () => {
  let state = apply(apply(apply(room(), "ben", HEART, true), "ana", THUMB, true), "ana", HEART, true);
  assert.deepEqual(state.lines[0].reactions, [
    [HEART, ["ben", "ana"]],
    [THUMB, ["ana"]],
  ]);
  state = apply(apply(state, "ben", HEART, false), "ana", THUMB, false);
  assert.deepEqual(state.lines[0].reactions, [[HEART, ["ana"]]]);
  assert.equal(state.lines[0].touched, 1);
});

test("reaction that is there already changes only the position", () => {
  const state = apply(room(), "ben", HEART, true);
  assert.equal(apply(state, "ben", HEART, true).lines, state.lines);
  assert.equal(apply(state, "ana", HEART, false).lines, state.lines);
  assert.equal(apply(state, "ana", HEART, true, 77).lines, state.lines);
});

test("reactions are what a set says, whatever the order of events", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    const pick = (/** @type {string[]} */ ...all) => all[Math.floor(random() * all.length)];
    let state = room();
    const model = new Set();
    for (let i = 0; i < 60; i += 1) {
      const [who, emoji, on] = [pick("ana", "ben", "me"), pick(THUMB, HEART, PARTY), random() < 0.6];
      state = apply(state, who, emoji, on);
      if (on) model.add(emoji + who);
      else model.delete(emoji + who);
      const found = (state.lines[0].reactions ?? []).flatMap(([sign, users]) => users.map((user) => sign + user));
      assert.equal(new Set(found).size, found.length, `seed ${seed}`);
      assert.deepEqual(found.sort(), [...model].sort(), `seed ${seed}`);
      assert.ok((state.lines[0].reactions ?? []).every(([, users]) => users.length > 0));
    }
  }
});

test("pending reactions are shown at once, and two quick ones end right", () => {
  /** @type {Reactions} */
  const reactions = [[THUMB, ["ben"]]];
  const state = room({ reactions });
  const [on, off] = [request(1, THUMB, true), request(2, THUMB, false)];
  assert.deepEqual(shown(state, [on]), [[THUMB, ["ben", "me"]]]);
  assert.deepEqual(shown(state, [on, off]), [[THUMB, ["ben"]]]);
  const answered = apply(state, "me", THUMB, true);
  assert.deepEqual(shown(answered, [off]), [[THUMB, ["ben"]]]);
  assert.deepEqual(shown(apply(answered, "me", THUMB, false), []), [[THUMB, ["ben"]]]);
});

test("reaction that was refused is not shown, and hides no other change of its message", () => {
  const state = room();
  assert.deepEqual(shown(state, [request(1, THUMB, true, { state: "failed" })]), []);
  const edit = request(2, THUMB, true, { method: "message.edit" });
  assert.equal(timeline(state, [edit, request(3, THUMB, true)])[0].pending, edit);
});

test("answer before the event keeps the reaction on the screen", () => {
  const pending = request(1, THUMB, true);
  const state = reduce(room(), {
    type: "answered",
    pending,
    stored: { room: "r", o: 9, t: 1, at: 1 },
    ms: 1,
  });
  assert.deepEqual(shown(state, []), [[THUMB, ["me"]]]);
  assert.equal(state.head.o, 1);
});

test("removed message has no reactions until it is restored with them", () => {
  const event = { room: "r", t: 1, n: 1, at: 1, by: "ben", cid: null };
  const state = apply(room(), "ana", THUMB, true);
  const data = { o: 1, by: "ben", at: 5 };
  const removed = reduce(state, { type: "event", event: { ...event, o: 3, kind: "message.deleted", data } });
  assert.deepEqual(shown(apply(removed, "ana", HEART, true), []), []);
  const line = { ...state.lines[0], touched: 4 };
  const restored = reduce(removed, {
    type: "event",
    event: { ...event, o: 4, kind: "message.restored", data: { line } },
  });
  assert.deepEqual(shown(restored, []), [[THUMB, ["ana"]]]);
});

test("reaction does not change the reactions that it is given", () => {
  /** @type {Reactions} */
  const reactions = [[THUMB, ["ben"]]];
  Object.freeze(Object.freeze(reactions)[0]);
  Object.freeze(reactions[0][1]);
  withReaction(reactions, THUMB, "me", true);
  withReaction(reactions, THUMB, "ben", false);
  withReaction(reactions, HEART, "me", true);
});
