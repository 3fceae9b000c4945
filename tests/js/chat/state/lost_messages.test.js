/** Recovery offers to send messages again after the server was restored from a backup. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lostMessages, sentMessages } from "../../../../static/chat/state/lost_messages.js";
import { emptyRoom, reduce } from "../../../../static/chat/state/store.js";

/** @param {number} o @param {Record<string, any>} [more] @returns {any} */
const line = (o, more = {}) => ({
  o,
  t: o * 10,
  n: o,
  at: o,
  by: "ana",
  kind: "text",
  data: { text: `#${o}` },
  edited: null,
  removed: null,
  touched: o,
  ...more,
});
const mine = (/** @type {number} */ o) => line(o, { by: "me", cid: `cid-${o}` });
const room = (/** @type {any[]} */ lines) => ({ ...emptyRoom("me"), lines });

test("own messages after the last common one are lost", () => {
  const before = room([line(1), mine(2), line(3), mine(4), mine(5)]);
  const stored = [line(1), line(2), line(3), line(4, { t: 77 })];
  assert.deepEqual(
    lostMessages(sentMessages(before), stored).map(({ cid, text }) => [cid, text]),
    [
      ["cid-4", "#4"],
      ["cid-5", "#5"],
    ],
  );
});

test("lost reply is sent again with its original, if both logs have that", () => {
  const before = room([line(1), line(2), mine(3), { ...mine(4), re: 2 }, { ...mine(5), re: 3 }]);
  assert.deepEqual(
    lostMessages(sentMessages(before), [line(1), line(2)]).map(({ o, re }) => [o, re]),
    [
      [3, undefined],
      [4, 2],
      [5, undefined],
    ],
  );
});

test("recovery finds nothing lost while the newest message exists", () => {
  const before = room([mine(1), mine(2), line(3)]);
  assert.deepEqual(lostMessages(sentMessages(before), [line(3)]), []);
});

test("messages of others, removed ones and cards are not sent again", () => {
  const before = room([
    line(1),
    line(2, { cid: "cid-2" }),
    { ...mine(3), removed: { by: "me", at: 9 }, data: null },
    { ...mine(4), kind: "roll" },
  ]);
  assert.deepEqual(lostMessages(sentMessages(before), []), []);
});

test("room whose position is gone forgets all that it knew", () => {
  const before = {
    ...room([mine(1), mine(2)]),
    read: 2,
    head: { o: 2, t: 20, n: 2 },
    room: /** @type {any} */ ({ key: "r", role: "member" }),
  };
  const snapshot = {
    room: { key: "r", role: "member", read: 1 },
    head: { o: 2, t: 99, n: 2 },
    lines: [line(1), line(2, { t: 99 })],
    before: false,
    after: false,
    as_of: 2,
    people: {},
    parts: {},
  };
  const after = reduce(before, {
    type: "opened",
    opening: /** @type {any} */ ({
      mode: "snapshot",
      gone: true,
      head: snapshot.head,
      presence: {},
      here: 1,
      snapshot,
    }),
  });
  assert.deepEqual([after.read, after.lines.map(({ cid }) => cid)], [1, [undefined, undefined]]);
});
