/** @import {Message, RoomAction, RoomState, Snapshot} from "../../../../static/chat/state/types.js" */
/** @import {PendingRequest, RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { cursor, emptyRoom, firstNew, lines, reduce, timeline, typists } from "../../../../static/chat/state/store.js";

const ANA = { name: "Ana", face: "", colour: 3, rev: 1 };

/** @param {number} o @param {Partial<Message>} [more] @returns {Message} */
const line = (o, more = {}) => ({
  o,
  t: o,
  n: o,
  at: o * 1000,
  by: "ana",
  kind: "text",
  data: { text: `#${o}` },
  edited: null,
  removed: null,
  touched: o,
  ...more,
});
/** @param {number} from @param {number} to */
const span = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
/** @param {number} o @param {string} kind @param {any} data @param {Partial<RoomEvent>} [more] @returns {RoomEvent} */
const event = (o, kind, data, more = {}) => ({
  room: "lounge",
  o,
  t: o,
  n: o,
  at: o * 1000,
  by: "ana",
  cid: `cid-${o}`,
  kind,
  data,
  ...more,
});
/** @param {number} o @param {Partial<RoomEvent>} [more] */
const posted = (o, more) => event(o, "message.posted", { kind: "text", text: `#${o}` }, more);
/** @param {number} o @param {Message} line */
const edited = (o, line) => event(o, "message.edited", { line });
/** @param {number} o @param {number} of */
const deleted = (o, of) => event(o, "message.deleted", { o: of, by: "mod", at: o * 1000 });

/**
 * @param {number} from @param {number} to
 * @param {{before?: boolean, after?: boolean, read?: number | null, role?: "host" | "member" | null}} [more]
 * @returns {Snapshot}
 */
function snapshot(from, to, { before = from > 1, after = false, read = to, role = "member" } = {}) {
  const room = { key: "lounge", name: "Lounge", topic: "", public: true, lounge: true, role, read, members: 2 };
  const people = { ana: ANA, me: { ...ANA, name: "Me" }, mod: { ...ANA, name: "Mod" } };
  return {
    room,
    head: { o: to, t: to, n: to },
    lines: span(from, to).map((o) => line(o)),
    before,
    after,
    as_of: to,
    people,
    parts: {},
  };
}

/** @param {RoomState} state @param {RoomAction[]} actions */
const after = (state, ...actions) => actions.reduce(reduce, state);
/** @param {Parameters<typeof snapshot>} args */
const opened = (...args) => after(emptyRoom("me"), { type: "snapshot", snapshot: snapshot(...args) });
/** @param {RoomState} state @param {RoomEvent[]} events */
const happened = (state, ...events) =>
  after(state, ...events.map((event) => /** @type {RoomAction} */ ({ type: "event", event })));
/** @param {RoomState} state */
const offsets = (state) => lines(state).map(({ o }) => o);
/**
 * @param {number} from @param {number} to
 * @param {{before?: boolean, after?: boolean, as_of?: number, lines?: Message[]}} [more]
 */
const page = (from, to, more = {}) => ({
  lines: span(from, to).map((o) => line(o)),
  as_of: 1000,
  before: from > 1,
  after: false,
  people: {},
  ...more,
});
/** @param {string} method @param {object} params @param {string} [cid] @returns {PendingRequest} */
const pending = (method, params, cid = "cid-mine") => ({
  cid,
  room: "lounge",
  method,
  params: { room: "lounge", cid, ...params },
  at: 1,
  losses: 0,
  state: "sending",
  problem: null,
});

test("snapshot replaces the room", () => {
  const state = opened(11, 20);
  assert.deepEqual(offsets(state), span(11, 20));
  assert.deepEqual(
    [state.before, state.after, state.head.o, state.room?.name, state.people.ana.name],
    [true, false, 20, "Lounge", "Ana"],
  );
});

test("posted message is at the end and moves the position", () => {
  const state = happened(opened(1, 3), posted(4));
  assert.deepEqual(lines(state).at(-1), line(4, { cid: "cid-4" }));
  assert.deepEqual(state.head, { o: 4, t: 4, n: 4 });
});

test("event that was applied before changes nothing", () => {
  const state = opened(1, 3);
  assert.equal(happened(state, posted(3), posted(2)), state);
});

test("reducer does not change the state that it is given", () => {
  const state = happened(opened(1, 3), posted(4));
  const before = structuredClone(state);
  happened(state, posted(5), edited(6, line(2, { data: { text: "new" }, edited: 6, touched: 6 })), deleted(7, 3));
  assert.deepEqual(state, before);
});

test("edit replaces the whole message and keeps its key", () => {
  const state = happened(
    opened(1, 3),
    posted(4),
    edited(5, line(4, { data: { text: "new" }, edited: 5000, touched: 5 })),
  );
  assert.deepEqual(lines(state).at(-1), line(4, { data: { text: "new" }, edited: 5000, touched: 5, cid: "cid-4" }));
});

test("event that is older than the message is not applied", () => {
  const newer = line(2, { data: { text: "newest" }, touched: 9 });
  const rows = { ...snapshot(1, 3), lines: [line(1), newer, line(3)] };
  const state = happened(
    after(emptyRoom("me"), { type: "snapshot", snapshot: rows }),
    edited(4, line(2, { data: { text: "older" }, touched: 4 })),
    deleted(5, 2),
  );
  assert.deepEqual(lines(state)[1], newer);
});

test("removed message keeps its place without its text, and is whole again when restored", () => {
  const removed = happened(opened(1, 3), deleted(4, 2));
  assert.deepEqual(lines(removed)[1], line(2, { data: null, removed: { by: "mod", at: 4000 }, touched: 4 }));
  const restored = happened(removed, event(5, "message.restored", { line: line(2, { touched: 5 }) }));
  assert.deepEqual(lines(restored)[1], line(2, { touched: 5 }));
});

test("withheld, redacted and unknown events only move the position", () => {
  const state = opened(1, 3);
  const { by, cid, data, ...bare } = posted(4, { kind: "withheld" });
  const moved = happened(
    state,
    bare,
    event(5, "message.edited", null),
    event(6, "message.deleted", null),
    event(7, "member.joined", null),
    event(8, "match.created", { x: 1 }),
  );
  assert.deepEqual({ ...moved, head: state.head }, state);
  assert.equal(moved.head.o, 8);
});

test("redacted post is not shown until the edit that redacted it comes, in its place", () => {
  const state = happened(opened(1, 3), posted(4, { data: null }), posted(5));
  assert.deepEqual(offsets(state), [1, 2, 3, 5]);
  const later = happened(state, edited(6, line(4, { data: { text: "new" }, edited: 6, touched: 6 })));
  assert.deepEqual(offsets(later), [1, 2, 3, 4, 5]);
});

test("redacted post that was removed is shown as removed, as in a snapshot", () => {
  const resumed = happened(opened(1, 3), posted(4, { data: null }), deleted(5, 4));
  const row = line(4, { data: null, edited: 4500, removed: { by: "mod", at: 5000 }, touched: 5 });
  const fresh = after(emptyRoom("me"), {
    type: "snapshot",
    snapshot: { ...snapshot(1, 5), lines: [1, 2, 3].map((o) => line(o)).concat(row) },
  });
  const { cid, ...last } = /** @type {Message} */ (lines(resumed).at(-1));
  assert.deepEqual(last, lines(fresh).at(-1));
});

test("changes of messages outside the window leave no gap in it", () => {
  const state = opened(11, 20);
  const changed = happened(state, edited(21, line(5, { touched: 21 })), deleted(22, 6));
  assert.deepEqual(changed.lines, state.lines);
});

test("renamed room has its new name, and a message says so", () => {
  const data = { name: "Den", topic: "t", public: false, before: {} };
  const state = happened(opened(1, 3), event(4, "room.changed", data));
  assert.deepEqual(
    [state.room?.name, state.room?.topic, state.room?.public, lines(state).at(-1)?.kind],
    ["Den", "t", false, "room.changed"],
  );
});

test("pages join at both ends", () => {
  const before = after(
    opened(11, 20),
    { type: "pageAsked" },
    { type: "page", cursor: { before: 11 }, page: page(3, 10) },
  );
  assert.deepEqual([offsets(before), before.before, before.asking], [span(3, 20), true, 0]);
  const detached = opened(1, 10, { after: true });
  const attached = after(detached, { type: "pageAsked" }, { type: "page", cursor: { after: 10 }, page: page(11, 20) });
  assert.deepEqual([offsets(attached), attached.after], [span(1, 20), false]);
});

test("page around a message replaces the window and may leave it detached", () => {
  const state = after(
    opened(81, 100),
    { type: "pageAsked" },
    { type: "page", cursor: { around: 50 }, page: page(40, 60, { after: true }) },
  );
  assert.deepEqual([offsets(state), state.before, state.after], [span(40, 60), true, true]);
  assert.deepEqual(
    [cursor(state, "before"), cursor(state, "after"), cursor(opened(1, 3), "after"), cursor(emptyRoom(), "before")],
    [{ before: 40 }, { after: 60 }, null, null],
  );
});

test("changes that arrive while a page is requested are applied to its messages", () => {
  const asked = after(opened(11, 20), { type: "pageAsked" });
  const changed = happened(
    asked,
    edited(21, line(5, { data: { text: "new" }, touched: 21 })),
    deleted(22, 6),
    deleted(23, 15),
  );
  const state = after(changed, { type: "page", cursor: { before: 11 }, page: page(1, 10, { as_of: 20 }) });
  const of = (/** @type {number} */ o) => lines(state).find((line) => line.o === o);
  assert.deepEqual([of(5)?.data.text, of(6)?.data, of(15)?.data, state.held], ["new", null, null, []]);
});

test("messages posted while the last page was requested are not missing after it", () => {
  const asked = after(opened(1, 10, { after: true }), { type: "pageAsked" });
  const joined = after(happened(asked, posted(21), posted(22)), {
    type: "page",
    cursor: { after: 10 },
    page: page(11, 21, { as_of: 21 }),
  });
  assert.deepEqual(offsets(joined), span(1, 22));
  assert.deepEqual(offsets(happened(joined, posted(23))), span(1, 23));
});

test("page for an end that has moved, or older than a snapshot, is not joined", () => {
  const state = after(opened(11, 20), { type: "pageAsked" });
  assert.deepEqual(offsets(after(state, { type: "page", cursor: { before: 8 }, page: page(1, 7) })), span(11, 20));
  const replaced = after(
    state,
    { type: "snapshot", snapshot: snapshot(41, 60) },
    { type: "page", cursor: { around: 15 }, page: page(5, 20, { as_of: 30 }) },
  );
  assert.deepEqual(offsets(replaced), span(41, 60));
});

test("events from before a snapshot are not applied to a page after it", () => {
  const asked = happened(
    after(opened(11, 20), { type: "pageAsked" }),
    edited(21, line(5, { data: { text: "undone by a restored backup" }, touched: 21 })),
  );
  const state = after(
    asked,
    { type: "snapshot", snapshot: snapshot(11, 20) },
    { type: "page", cursor: { before: 11 }, page: page(1, 10, { as_of: 20 }) },
  );
  assert.deepEqual(lines(state)[4], line(5));
});

test("page that never comes releases the events that were kept for it", () => {
  const state = after(happened(after(opened(11, 20), { type: "pageAsked" }, { type: "pageAsked" }), posted(21)), {
    type: "pageFailed",
  });
  assert.equal(state.held.length, 1);
  assert.deepEqual([after(state, { type: "pageFailed" }).held, after(state, { type: "pageFailed" }).asking], [[], 0]);
});

test("room entered at an old message is not at its end", () => {
  const state = happened(opened(1, 20, { after: true }), posted(21));
  assert.deepEqual([state.atBottom, state.news], [false, 1]);
});

test("window holds at most 300 messages and drops the far end", () => {
  const full = opened(1, 300, { before: false });
  const following = happened(full, posted(301));
  assert.deepEqual([offsets(following), following.before, following.after], [span(2, 301), true, false]);
  const reading = happened(after(full, { type: "scrolled", atBottom: false }), posted(301), posted(302));
  assert.deepEqual([offsets(reading), reading.before, reading.after, reading.news], [span(1, 300), false, true, 2]);
  const up = after(
    opened(101, 380),
    { type: "pageAsked" },
    { type: "page", cursor: { before: 101 }, page: page(61, 100) },
  );
  assert.deepEqual([offsets(up), up.after], [span(61, 360), true]);
});

test("messages are counted while the reader is away from the end", () => {
  const away = happened(
    after(opened(1, 20, { after: true }), { type: "scrolled", atBottom: true }),
    posted(21),
    posted(22, { by: "me" }),
    posted(23),
    event(24, "member.joined", { user: "bob", via: null }),
  );
  assert.deepEqual([offsets(away).length, away.news], [20, 2]);
  const up = happened(after(opened(1, 20), { type: "scrolled", atBottom: false }), posted(21));
  assert.deepEqual([offsets(up).length, up.news], [21, 1]);
  assert.equal(after(up, { type: "scrolled", atBottom: true }).news, 0);
  assert.equal(happened(opened(1, 20), posted(21)).news, 0);
  const same = after(up, { type: "scrolled", atBottom: true });
  assert.equal(after(same, { type: "scrolled", atBottom: true }), same);
});

test("snapshot after a long absence counts missed messages when not at the end", () => {
  const away = after(
    opened(1, 20),
    { type: "scrolled", atBottom: false },
    { type: "snapshot", snapshot: snapshot(81, 100) },
  );
  assert.equal(away.news, 80);
  assert.equal(after(opened(1, 20), { type: "snapshot", snapshot: snapshot(81, 100) }).news, 0);
});

test("snapshot of a restored backup drops what it does not know", () => {
  const state = happened(
    opened(1, 3),
    edited(4, line(2, { data: { text: "lost" }, edited: 4, touched: 4 })),
    posted(5),
  );
  const restored = after(state, { type: "snapshot", snapshot: snapshot(1, 3) });
  assert.deepEqual(lines(restored), lines(opened(1, 3)));
  assert.deepEqual(offsets(happened(restored, posted(4))), span(1, 4));
});

test('"New" row is placed once, above the first unread message of others', () => {
  const state = opened(11, 20, { read: 15 });
  assert.equal(firstNew(state), 16);
  assert.equal(firstNew(happened(after(state, { type: "read", o: 20 }), posted(21))), 16);
  const own = {
    ...snapshot(11, 20, { read: 15 }),
    lines: span(11, 20).map((o) => line(o, { by: o < 18 ? "me" : "ana" })),
  };
  assert.equal(firstNew(after(emptyRoom("me"), { type: "snapshot", snapshot: own })), 18);
});

test('"New" row is absent without unread messages, for a visitor, and above the window', () => {
  assert.equal(firstNew(happened(opened(11, 20), posted(21))), null);
  assert.equal(firstNew(opened(11, 20, { read: null, role: null })), null);
  const above = opened(11, 20, { read: 5 });
  assert.equal(firstNew(above), null);
  assert.equal(
    firstNew(after(above, { type: "pageAsked" }, { type: "page", cursor: { before: 11 }, page: page(1, 10) })),
    6,
  );
});

test('"New" row is placed anew when the room is entered again', () => {
  const seen = after(opened(11, 20), { type: "read", o: 20 });
  assert.equal(firstNew(happened(after(seen, { type: "entered" }), posted(21))), null);
  const opening = { mode: /** @type {const} */ ("replay"), head: { o: 22, t: 22, n: 22 }, presence: {}, here: 1 };
  const back = happened(
    after(seen, { type: "entered", live: false }, { type: "opened", opening }),
    posted(21),
    posted(22),
    posted(23),
  );
  assert.equal(firstNew(back), 21);
  const nothing = after(
    seen,
    { type: "entered", live: false },
    { type: "opened", opening: { ...opening, head: { o: 20, t: 20, n: 20 } } },
  );
  assert.equal(firstNew(happened(nothing, posted(21))), null);
});

test('"New" row is above missed messages after a lost connection, and only then', () => {
  const seen = after(opened(11, 20, { read: 15 }), { type: "read", o: 20 });
  const opening = { mode: /** @type {const} */ ("replay"), head: { o: 22, t: 22, n: 22 }, presence: {}, here: 1 };
  const back = happened(after(seen, { type: "opened", opening, lost: true }), posted(21), posted(22), posted(23));
  assert.deepEqual([firstNew(back), back.fresh], [21, { from: 20, to: 22 }]);
  assert.equal(firstNew(happened(after(seen, { type: "opened", opening }), posted(21), posted(22))), 16);
  const nothing = after(seen, { type: "opened", opening: { ...opening, head: seen.head }, lost: true });
  assert.equal(nothing.fresh, seen.fresh);
});

test('"New" row is at the read pointer when only a snapshot brings missed messages', () => {
  const seen = opened(11, 20);
  const opening = {
    mode: /** @type {const} */ ("snapshot"),
    snapshot: snapshot(2001, 2040, { read: 20 }),
    head: { o: 2040, t: 2040, n: 2040 },
    presence: {},
    here: 1,
  };
  const back = after(seen, { type: "opened", opening, lost: true });
  assert.deepEqual([firstNew(back), back.fresh], [null, { from: 20, to: 2040 }]);
});

test('snapshot while the room is shown places no "New" row', () => {
  const state = after(opened(11, 20), { type: "snapshot", snapshot: snapshot(15, 30, { read: 20 }) });
  assert.equal(firstNew(state), null);
});

test("read pointer only moves forward, from every tab", () => {
  const state = after(opened(1, 20, { read: 10 }), { type: "read", o: 15 });
  assert.equal(after(state, { type: "read", o: 12 }), state);
  const signal = (/** @type {number} */ value) =>
    /** @type {RoomAction} */ ({ type: "signal", signal: { room: "lounge", kind: "read", key: "", value }, now: 0 });
  assert.deepEqual([after(state, signal(12)).read, after(state, signal(18)).read], [15, 18]);
  assert.equal(after(state, { type: "snapshot", snapshot: snapshot(1, 20, { read: 3 }) }).read, 15);
});

test("typing ends by a signal, a message, leaving, and time; the reader's own is not shown", () => {
  const typing = (/** @type {string} */ key, /** @type {any} */ value) =>
    /** @type {RoomAction} */ ({ type: "signal", signal: { room: "lounge", kind: "typing", key, value }, now: 1000 });
  const state = after(opened(1, 3), typing("ana", true), typing("me", true));
  assert.deepEqual(typists(state), ["ana"]);
  assert.deepEqual(typists(after(state, typing("ana", null))), []);
  assert.deepEqual(typists(happened(state, posted(4))), []);
  assert.deepEqual(typists(happened(state, event(4, "member.left", { user: "ana", reason: "left" }))), []);
  assert.equal(after(state, { type: "tick", now: 6999 }), state);
  assert.deepEqual(typists(after(state, { type: "tick", now: 7000 })), []);
});

test("presence is the list of the subscribe result, then whole states, and brings new names", () => {
  const bob = { name: "Bob", face: "", colour: 1, rev: 4, here: true };
  const opening = {
    mode: /** @type {const} */ ("replay"),
    head: { o: 3, t: 3, n: 3 },
    presence: { ana: { ...ANA, here: true } },
    here: 1,
  };
  const signal = (/** @type {string} */ kind, /** @type {string} */ key, /** @type {any} */ value) =>
    /** @type {RoomAction} */ ({ type: "signal", signal: { room: "lounge", kind, key, value }, now: 0 });
  const state = after(opened(1, 3), { type: "opened", opening }, signal("presence", "bob", bob), signal("here", "", 2));
  assert.deepEqual([Object.keys(state.presence), state.here, state.people.bob.name], [["ana", "bob"], 2, "Bob"]);
  const renamed = after(
    state,
    signal("presence", "bob", { ...bob, name: "Rob", rev: 5 }),
    signal("presence", "ana", null),
  );
  assert.deepEqual([Object.keys(renamed.presence), renamed.people.bob.name], [["bob"], "Rob"]);
  assert.deepEqual(Object.keys(after(renamed, { type: "opened", opening }).presence), ["ana"]);
});

test("full list replaces the presence and brings the reader's new name", () => {
  const signal = (/** @type {string} */ kind, /** @type {string} */ key, /** @type {any} */ value) =>
    /** @type {RoomAction} */ ({ type: "signal", signal: { room: "lounge", kind, key, value }, now: 0 });
  const state = after(
    opened(1, 3),
    signal("presence", "bob", ANA),
    signal("people", "", { presence: { eve: ANA }, here: 300 }),
    signal("person", "me", { ...ANA, name: "I", rev: 2 }),
  );
  assert.deepEqual(
    [Object.keys(state.presence), state.here, state.people.eve, state.people.me.name],
    [["eve"], 300, ANA, "I"],
  );
});

test("older revision of a person changes nothing", () => {
  const state = after(opened(1, 3), { type: "people", ids: [], people: { ana: { ...ANA, name: "Anna", rev: 3 } } });
  const later = after(
    state,
    { type: "people", ids: [], people: { ana: { ...ANA, name: "Old", rev: 2 } } },
    { type: "snapshot", snapshot: snapshot(1, 3) },
  );
  assert.equal(later.people.ana.name, "Anna");
});

test("unknown person is requested once", () => {
  const state = happened(
    opened(1, 3),
    posted(4, { by: "bob" }),
    posted(5, { by: "bob" }),
    event(6, "member.joined", { user: "eve", via: null }),
  );
  assert.deepEqual(state.unknown, ["bob", "eve"]);
  const answered = after(state, { type: "people", ids: ["bob", "eve"], people: { bob: ANA } });
  assert.deepEqual([answered.unknown, answered.people.bob], [[], ANA]);
});

test("members come with the list and follow its events", () => {
  const members = [
    { user: "ana", role: /** @type {const} */ ("host"), joined_at: 1 },
    { user: "me", role: /** @type {const} */ ("member"), joined_at: 2 },
  ];
  const state = after(opened(1, 3), { type: "members", members, people: {} });
  const later = happened(
    state,
    event(4, "member.joined", { user: "bob", via: null }),
    event(5, "member.role", { user: "me", role: "host" }),
    event(6, "member.left", { user: "ana", reason: "left" }),
  );
  assert.deepEqual(later.members, { me: { role: "host", joined_at: 2 }, bob: { role: "member", joined_at: 4000 } });
  assert.deepEqual([later.room?.members, later.room?.role], [2, "host"]);
  assert.equal(happened(later, event(7, "member.joined", { user: "bob", via: null })).room?.members, 2);
  assert.equal(happened(later, event(7, "member.left", { user: "me", reason: "removed" })).room?.role, null);
});

test("invites are active until they are revoked", () => {
  const state = happened(
    opened(1, 3),
    event(4, "invite.created", { invite: "i1", code: "abc", expires_at: null, uses: 3 }),
  );
  assert.deepEqual(state.invites, { i1: { invite: "i1", code: "abc", expires_at: null, uses: 3, by: "ana" } });
  assert.deepEqual(happened(state, event(5, "invite.revoked", { invite: "i1" })).invites, {});
});

test("snapshot brings the active invites, the newest last", () => {
  const made = (/** @type {string} */ invite) => ({
    invite,
    code: `code of ${invite}`,
    expires_at: null,
    uses: null,
    by: "ana",
  });
  const state = after(happened(opened(1, 3), event(4, "invite.created", made("i0"))), {
    type: "snapshot",
    snapshot: { ...snapshot(1, 5), parts: { invites: [made("i2"), made("i1")] } },
  });
  assert.deepEqual(Object.keys(state.invites), ["i1", "i2"]);
});

test("pending post is last, under the key that its message will have", () => {
  const mine = pending("message.post", { text: "hi" }, "cid-4");
  const state = opened(1, 3);
  const request = timeline(state, [mine]).at(-1);
  assert.deepEqual(request, { key: "ccid-4", message: null, pending: mine });
  const arrived = timeline(happened(state, posted(4, { by: "me" })), [mine]);
  assert.deepEqual([arrived.length, arrived.at(-1)?.key, arrived.at(-1)?.message?.o], [4, "ccid-4", 4]);
});

test("answer before the event keeps the message on screen until the event fills it", () => {
  const mine = pending("message.post", { text: "hi" }, "cid-5");
  const answered = after(opened(1, 3), {
    type: "answered",
    pending: mine,
    stored: { room: "lounge", o: 5, t: 5, at: 9 },
    ms: 4,
  });
  assert.deepEqual(timeline(answered, []).at(-1), {
    key: "ccid-5",
    pending: null,
    message: line(5, { n: 0, at: 9, by: "me", data: { text: "hi" }, touched: 0, cid: "cid-5", ms: 4 }),
  });
  const whole = happened(
    answered,
    posted(4),
    posted(5, { by: "me", data: { kind: "text", text: "hi", html: "<b>hi</b>" } }),
  );
  assert.deepEqual(offsets(whole), span(1, 5));
  assert.deepEqual(
    lines(whole).at(-1),
    line(5, { by: "me", data: { text: "hi", html: "<b>hi</b>" }, cid: "cid-5", ms: 4 }),
  );
});

test("message known from its answer alone is dropped by an event without content", () => {
  const mine = pending("message.post", { text: "/quiet" }, "cid-4");
  /** @type {RoomAction} */
  const answer = { type: "answered", pending: mine, stored: { room: "lounge", o: 4, t: 4, at: 9 }, ms: 4 };
  const withheld = event(4, "withheld", undefined);
  assert.deepEqual(offsets(happened(after(opened(1, 3), answer), withheld)), span(1, 3));
  const late = happened(opened(1, 3), withheld);
  assert.equal(after(late, answer), late);
});

test("answer after the event tells how long storing took", () => {
  const mine = pending("message.post", { text: "hi" }, "cid-4");
  const state = after(happened(opened(1, 3), posted(4, { by: "me" })), {
    type: "answered",
    pending: mine,
    stored: { room: "lounge", o: 4, t: 4, at: 9 },
    ms: 7,
  });
  assert.equal(lines(state).at(-1)?.ms, 7);
});

test("answer to a repeat of a message outside the window changes nothing", () => {
  const state = opened(11, 20);
  const stored = { room: "lounge", o: 5, t: 5, at: 9 };
  assert.equal(
    after(state, { type: "answered", pending: pending("message.post", { text: "hi" }), stored, ms: 4 }),
    state,
  );
  assert.equal(
    after(state, {
      type: "answered",
      pending: pending("message.edit", { o: 12, text: "x" }),
      stored: { ...stored, o: 21 },
      ms: 4,
    }),
    state,
  );
});

test("pending edit or removal is shown with its message", () => {
  const edit = pending("message.edit", { o: 2, text: "new" });
  const items = timeline(opened(1, 3), [edit, pending("invite.create", {}, "cid-invite")]);
  assert.deepEqual(
    items.map(({ pending }) => pending),
    [null, edit, null],
  );
});
