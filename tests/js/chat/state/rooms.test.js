/** @import {Membership, RoomList, RoomListAction, Snapshot} from "../../../../static/chat/state/types.js" */
/** @import {RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionsOf, reduceRooms, unread } from "../../../../static/chat/state/rooms.js";

const BLOCKED = new Set(["eve"]);
const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
/** @param {string} key @param {Partial<Membership>} [more] @returns {Membership} */
const membership = (key, more = {}) => ({
  key,
  name: key,
  topic: "",
  public: true,
  lounge: false,
  role: "member",
  unread: 0,
  read: 10,
  head: { o: 10, t: 1, n: 10 },
  here: 1,
  ...more,
});
/** @param {Membership[]} rooms */
const greeted = (...rooms) => reduceRooms([], { type: "hello", rooms });
/** @param {RoomList} list @param {RoomListAction[]} actions */
const after = (list, ...actions) => actions.reduce(reduceRooms, list);
/** @param {string} room @param {string} kind @param {any} value @returns {RoomListAction} */
const signal = (room, kind, value) => ({
  type: "signal",
  me: "me",
  blocked: BLOCKED,
  signal: { room, kind, key: "", value },
});
/** @param {number} o @param {any} [more] @returns {RoomListAction} */
const count = (o, more = {}) =>
  signal("chess", "count", {
    o,
    t: 1,
    n: o,
    here: 3,
    since: 10,
    lines: range(11, o).map((line) => [line, "ana"]),
    ...more,
  });
/** @param {number} o @param {Partial<RoomEvent>} [more] @returns {RoomListAction} */
const event = (o, more = {}) => ({
  type: "event",
  me: "me",
  blocked: BLOCKED,
  event: { room: "chess", o, t: 1, n: o, at: 0, by: "ana", cid: null, kind: "message.posted", data: {}, ...more },
});
/** @param {string} key @param {"member" | null} role @returns {Snapshot} */
const snapshot = (key, role) => ({
  room: { key, name: "New", topic: "", public: true, lounge: false, role, read: 5, members: 4 },
  head: { o: 7, t: 1, n: 6 },
  lines: [],
  before: false,
  after: false,
  as_of: 7,
  people: {},
  parts: {},
});

test("unread count is that of hello and the messages since", () => {
  const list = greeted(membership("lounge"), membership("chess", { unread: 3 }));
  const [, chess] = after(list, count(14));
  assert.deepEqual([unread(chess), chess.here, chess.head.o], [7, 3, 14]);
});

test("unread count stops at a hundred", () => {
  assert.equal(unread(after(greeted(membership("chess", { unread: 100 })), count(500))[0]), 100);
});

test("older count is ignored", () => {
  const [chess] = after(greeted(membership("chess")), count(14), count(12));
  assert.equal(unread(chess), 4);
});

test("messages of an open room count, and an own message reads those before it", () => {
  const [chess] = after(
    greeted(membership("chess")),
    event(11),
    event(12, { by: "me" }),
    event(13),
    event(14, { n: 13, kind: "member.joined" }),
  );
  assert.equal(unread(chess), 1);
});

test("replayed messages are not counted again after hello, nor are own ones", () => {
  const greeting = greeted(membership("chess", { unread: 3, head: { o: 14, t: 1, n: 14 } }));
  const [chess] = after(greeting, event(11), event(12, { by: "me" }), event(13), event(14), event(15));
  assert.deepEqual([unread(chess), chess.head.o], [4, 15]);
});

test("reading to the end leaves none, in this tab and in another", () => {
  const list = after(greeted(membership("chess", { unread: 5 })), event(11));
  assert.equal(unread(after(list, { type: "read", room: "chess", o: 11 })[0]), 0);
  assert.equal(unread(after(list, signal("chess", "read", 11))[0]), 0);
  assert.equal(unread(after(list, signal("chess", "read", 11), event(12))[0]), 1);
});

test("read pointer that comes late does not undo a newer one", () => {
  const list = after(greeted(membership("chess")), event(11), { type: "read", room: "chess", o: 11 });
  assert.equal(after(list, { type: "read", room: "chess", o: 9 }), list);
  assert.equal(after(list, signal("chess", "read", 9)), list);
});

test("list takes a changed room and a changed role", () => {
  const [chess] = after(
    greeted(membership("chess")),
    event(11, { kind: "room.changed", data: { name: "Go", topic: "t", public: false } }),
    event(12, { kind: "member.role", data: { user: "me", role: "host" } }),
  );
  assert.deepEqual([chess.name, chess.topic, chess.public, chess.role], ["Go", "t", false, "host"]);
});

test("role of another person does not change the reader's", () => {
  const [chess] = after(
    greeted(membership("chess")),
    event(11, { kind: "member.role", data: { user: "ana", role: "host" } }),
  );
  assert.equal(chess.role, "member");
});

test("room disappears when the reader leaves or is removed, not when others leave", () => {
  const list = greeted(membership("chess"), membership("lounge"));
  const left = (/** @type {string} */ user) => event(11, { kind: "member.left", data: { user, reason: "left" } });
  assert.deepEqual(
    after(list, left("me")).map(({ key }) => key),
    ["lounge"],
  );
  assert.equal(after(list, left("ana")).length, 2);
  assert.deepEqual(
    after(list, { type: "left", room: "chess" }).map(({ key }) => key),
    ["lounge"],
  );
  assert.equal(after(list, { type: "left", room: "far" }), list);
});

test("joined room comes with its snapshot, a room that is only read does not", () => {
  const list = greeted(membership("lounge"));
  const joined = after(list, { type: "opened", room: "chess", snapshot: snapshot("chess", "member"), here: 2 });
  assert.deepEqual(
    joined.map(({ key, here }) => [key, here]),
    [
      ["lounge", 1],
      ["chess", 2],
    ],
  );
  assert.equal(unread(joined[1]), 0);
  assert.equal(after(list, { type: "opened", room: "chess", snapshot: snapshot("chess", null), here: 2 }), list);
});

test("room joined or left in another tab comes and goes", () => {
  const { here: _, ...facts } = membership("chess", { unread: 2 });
  const joined = after(greeted(membership("lounge")), signal("chess", "membership", facts));
  assert.deepEqual(
    joined.map(({ key, here }) => [key, here]),
    [
      ["lounge", 1],
      ["chess", 0],
    ],
  );
  assert.equal(unread(joined[1]), 2);
  assert.deepEqual(
    after(joined, count(12), signal("chess", "membership", { ...facts, role: "host" })).map(({ role, here }) => [
      role,
      here,
    ]),
    [
      ["member", 1],
      ["host", 3],
    ],
  );
  assert.deepEqual(
    after(joined, signal("chess", "membership", null)).map(({ key }) => key),
    ["lounge"],
  );
});

test("list ignores events of other rooms", () => {
  const list = greeted(membership("lounge"));
  assert.equal(after(list, count(12), event(11), signal("lounge", "typing", true)), list);
});

test("new hello counts anew", () => {
  const [chess] = after(greeted(membership("chess")), count(50), {
    type: "hello",
    rooms: [membership("chess", { unread: 2, head: { o: 9, t: 2, n: 9 } })],
  });
  assert.equal(unread(chess), 2);
});

const stale = (/** @type {RoomList} */ [chess]) => chess.counted.stale;

test("deleted message is not unread any more, in an open room and in another", () => {
  const waiting = after(greeted(membership("chess", { unread: 2 })), count(12));
  assert.equal(unread(waiting[0]), 4);
  assert.equal(unread(after(waiting, count(13, { since: 12, n: 12, lines: [], gone: [[13, 11, "ana"]] }))[0]), 3);
  assert.equal(unread(after(waiting, count(13, { since: 12, n: 12, lines: [], gone: [[13, 10, "ana"]] }))[0]), 4);
  const older = after(greeted(membership("chess", { unread: 2, read: 5 })), count(12));
  assert.equal(unread(after(older, count(13, { since: 12, n: 12, lines: [], gone: [[13, 9, "ana"]] }))[0]), 3);
  const deleted = event(13, {
    n: 12,
    by: "host",
    kind: "message.deleted",
    data: { o: 12, by: "host", at: 0, author: "ana" },
  });
  assert.equal(unread(after(waiting, deleted)[0]), 3);
  const removed = event(13, {
    n: 12,
    kind: "messages.removed",
    data: { offsets: [12, 11], by: "host", at: 0, author: "ana" },
  });
  assert.equal(unread(after(waiting, removed)[0]), 2);
});

test("restored message is unread again", () => {
  const waiting = after(
    greeted(membership("chess")),
    count(12),
    count(13, { since: 12, n: 12, lines: [], gone: [[13, 11, "ana"]] }),
  );
  assert.equal(unread(waiting[0]), 1);
  assert.equal(unread(after(waiting, count(14, { since: 13, n: 12, lines: [], back: [[14, 11, "ana"]] }))[0]), 2);
  assert.equal(
    unread(after(waiting, event(14, { n: 12, kind: "message.restored", data: { line: { o: 11, by: "ana" } } }))[0]),
    2,
  );
});

test("own message in another tab reads up to it", () => {
  const list = after(
    greeted(membership("chess", { unread: 3 })),
    count(13, {
      lines: [
        [11, "ana"],
        [12, "me"],
        [13, "ana"],
      ],
    }),
  );
  assert.deepEqual([unread(list[0]), list[0].read], [1, 12]);
  assert.equal(unread(after(greeted(membership("chess", { unread: 3 })), event(11, { by: "me" }))[0]), 0);
});

test("messages of people one blocks and withheld ones are not unread", () => {
  const list = greeted(membership("chess"));
  assert.equal(
    unread(
      after(
        list,
        count(12, {
          lines: [
            [11, "eve"],
            [12, "ana"],
          ],
        }),
      )[0],
    ),
    1,
  );
  assert.equal(unread(after(list, event(11, { by: "eve" }), event(12, { kind: "withheld", by: undefined }))[0]), 0);
});

test("message that a count has told is not counted twice", () => {
  const list = after(greeted(membership("chess", { unread: 1, head: { o: 12, t: 1, n: 12 } })), count(14));
  assert.equal(unread(list[0]), 3);
});

test("server is asked when a count is missed, is too large, or the pointer is within it", () => {
  const list = greeted(membership("chess", { unread: 4, read: 5 }));
  assert.equal(stale(after(list, count(14))), false);
  assert.equal(stale(after(list, count(14, { since: 12 }))), true);
  assert.equal(stale(after(list, count(14, { lines: null }))), true);
  assert.equal(stale(after(list, signal("chess", "read", 7))), true);
  assert.equal(
    stale(after(list, event(11, { n: 10, kind: "message.deleted", data: { o: 9, by: "ana", at: 0 } }))),
    true,
  );
});

test("answer of the server replaces the count, and later messages stay", () => {
  const [chess] = after(
    greeted(membership("chess", { unread: 4 })),
    count(14),
    { type: "doubted" },
    { type: "counted", rooms: { chess: { unread: 2, read: 11, o: 13 } } },
  );
  assert.deepEqual([unread(chess), chess.read, chess.counted.stale], [3, 11, false]);
});

/** @param {string} room @param {string} kind @param {string} key @param {any} value @returns {RoomListAction} */
const keyed = (room, kind, key, value) => ({
  type: "signal",
  me: "me",
  blocked: BLOCKED,
  signal: { room, kind, key, value },
});
const mentioned = (/** @type {number} */ o, by = "ana") => keyed("chess", "mention", String(o), { o, by });
/** @param {RoomList} list */
const mentions = (list) => list.map(mentionsOf);

test("mentions of hello and of signals count together, each once", () => {
  const list = greeted(membership("chess", { unread: 3, mentions: 2 }));
  assert.deepEqual(mentions(after(list, mentioned(11), mentioned(11), mentioned(12))), [4]);
});

test("mention that was counted at hello, is read or is by a blocked person does not count", () => {
  const list = greeted(membership("chess"));
  assert.deepEqual(mentions(after(list, mentioned(10), mentioned(11, "eve"), mentioned(12, "me"))), [0]);
  assert.deepEqual(mentions(after(list, { type: "read", room: "chess", o: 12 }, mentioned(12))), [0]);
});

test("reading the room reads its mentions", () => {
  const list = after(greeted(membership("chess", { unread: 2, mentions: 2 })), mentioned(11), mentioned(13));
  assert.deepEqual(mentions(after(list, { type: "read", room: "chess", o: 11 })), [1]);
  assert.deepEqual(mentions(after(list, { type: "read", room: "chess", o: 13 })), [0]);
});

test("count signal with messages for everybody counts mentions", () => {
  const list = greeted(membership("chess"));
  const came = count(13, {
    since: 10,
    lines: [
      [11, "ana"],
      [12, "me"],
      [13, "eve"],
    ],
    heres: [11, 12, 13],
  });
  assert.deepEqual(mentions(after(list, came)), [0], "the reader has written after the first one");
  const others = count(12, {
    since: 10,
    lines: [
      [11, "ana"],
      [12, "eve"],
    ],
    heres: [11, 12],
  });
  assert.deepEqual(mentions(after(list, others)), [1]);
});

test("mentions opened in the inbox are taken from the server, all at once too", () => {
  const list = after(greeted(membership("chess", { mentions: 2 }), membership("go", { mentions: 1 })), mentioned(11));
  assert.deepEqual(mentions(after(list, keyed("chess", "mentions", "", { n: 1 }))), [1, 1]);
  assert.deepEqual(mentions(after(list, keyed("", "mentions", "", null))), [0, 0]);
  assert.deepEqual(
    mentions(after(list, keyed("chess", "mentions", "", { n: 9 }))),
    mentions(list),
    "it is only lowered",
  );
});

test("removed message makes the page ask for mentions again", () => {
  const list = after(greeted(membership("chess", { unread: 1, mentions: 1 })));
  const [row] = after(list, count(11, { since: 10, lines: [], gone: [[11, 9, "ana"]] }));
  assert.equal(row.counted.stale, false, "it was read before");
  const [unread] = after(
    greeted(membership("chess", { read: 5, unread: 1, mentions: 1 })),
    count(11, { since: 10, lines: [], gone: [[11, 9, "ana"]] }),
  );
  assert.equal(unread.counted.stale, true);
  const [asked] = after([unread], { type: "counted", rooms: { chess: { unread: 0, mentions: 0, read: 5, o: 11 } } });
  assert.deepEqual([mentionsOf(asked), asked.counted.stale], [0, false]);
});
