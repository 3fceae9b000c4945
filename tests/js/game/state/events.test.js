/** Cards and tables: the newer of two states of a match wins, in any order. */

/** @import {Message, RoomAction, RoomState} from "../../../../static/chat/state/types.js" */
/** @import {Table} from "../../../../static/game/state/types.js" */
/** @import {RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Plugs } from "../../../../static/chat/client/plugs.js";
import { emptyRoom, reducer } from "../../../../static/chat/state/store.js";
import { gameState, tableReceived } from "../../../../static/game/state/events.js";
import { myTable, tableOf, unfinished } from "../../../../static/game/state/table.js";
import { seeded } from "../../fakes.js";

const withPlugs = new Plugs();
withPlugs.add({ name: "game", ...gameState, cards: { match: { paint: () => undefined } } });
const reduce = reducer(withPlugs.added);

const ROOM = {
  key: "lounge",
  name: "Lounge",
  topic: "",
  public: true,
  lounge: true,
  role: /** @type {const} */ ("member"),
  read: 0,
  members: 2,
};

/** @param {number} match @param {number} version @param {Partial<Table>} [more] @returns {Table} */
const table = (match, version, more = {}) => ({
  game: "four",
  match,
  version,
  state: "playing",
  seats: [{ user: "ana" }, { user: "me" }],
  waiting: [],
  turn: 0,
  deadline: null,
  view: null,
  says: null,
  result: null,
  last: null,
  rematch: null,
  ...more,
});
/** @param {number} o @param {string} kind @param {any} data @returns {RoomEvent} */
const event = (o, kind, data) => ({ room: "lounge", o, t: o, n: 1, at: o, by: "ana", cid: null, kind, data });
/** @param {number} o */
const moved = (o, match = 1) => event(o, "match.moved", { match, seat: 0, move: 3, table: table(match, o) });
/** @param {Table} data @returns {Message} */
const card = (data) => ({
  o: data.match,
  n: 1,
  at: 1,
  by: "ana",
  kind: "match",
  data,
  edited: null,
  removed: null,
  touched: data.match,
});
/** @param {number} head @param {Table} now @returns {RoomAction} */
const snapshot = (head, now) => ({
  type: "snapshot",
  snapshot: {
    room: ROOM,
    head: { o: head, t: head, n: 1 },
    lines: [card(now)],
    before: false,
    after: false,
    as_of: head,
    people: {},
    parts: { matches: now.state === "over" ? {} : { [now.match]: now } },
  },
});
/** @param {RoomAction[]} actions @returns {RoomState} */
const after = (...actions) => actions.reduce(reduce, emptyRoom("me"));
/** @param {RoomEvent[]} events @returns {RoomAction[]} */
const happened = (...events) => events.map((event) => ({ type: "event", event }));

test("posted card brings its table and requests its people", () => {
  const posted = event(2, "message.posted", { kind: "match", ...table(2, 2, { waiting: ["zoe"] }) });
  const state = after(snapshot(1, table(1, 1, { state: "over" })), ...happened(posted));
  assert.equal(state.lines.at(-1)?.kind, "match");
  assert.deepEqual(tableOf(state, 2), table(2, 2, { waiting: ["zoe"] }));
  assert.deepEqual(state.unknown.sort(), ["ana", "me", "zoe"]);
});

test("move updates the card and the table", () => {
  const state = after(snapshot(1, table(1, 1)), ...happened(moved(2)));
  assert.deepEqual([state.lines[0].data.version, state.parts.matches[1].version, state.head.o], [2, 2, 2]);
});

test("older table never replaces a newer one", () => {
  const state = after(snapshot(1, table(1, 9)), ...happened(moved(2), moved(3)));
  assert.deepEqual([state.lines[0].data.version, state.parts.matches[1].version], [9, 9]);
  assert.equal(tableReceived(state, table(1, 9)), state);
});

test("page that was read before a move does not undo it", () => {
  const before = after(snapshot(1, table(1, 1)), { type: "pageAsked" }, ...happened(moved(2)));
  const page = { lines: [card(table(1, 1))], as_of: 1, before: false, after: false, people: {} };
  assert.equal(reduce(before, { type: "page", cursor: { around: 1 }, page }).lines[0].data.version, 2);
});

test("table is kept when its card is outside the window", () => {
  const state = after(snapshot(5, table(5, 5)), ...happened(moved(6, 2)));
  assert.deepEqual([state.lines.length, tableOf(state, 2)?.version], [1, 6]);
});

test("removed card stays removed, and play goes on", () => {
  const gone = event(2, "message.deleted", { o: 1, by: "ana", at: 2 });
  const state = after(snapshot(1, table(1, 1)), ...happened(gone, moved(3)));
  assert.deepEqual([state.lines[0].data, tableOf(state, 1)?.version], [null, 3]);
});

test("finished match stays in this tab and is not listed as unfinished", () => {
  const over = event(2, "match.ended", {
    match: 1,
    seat: 0,
    reason: "resigned",
    table: table(1, 2, { state: "over", turn: null }),
  });
  const state = after(snapshot(1, table(1, 1)), ...happened(over));
  assert.equal(myTable(after(snapshot(1, table(1, 1))))?.match, 1);
  assert.deepEqual([state.parts.matches[1].state, unfinished(state), myTable(state)], ["over", [], null]);
});

test("event without data only moves the position", () => {
  const state = after(snapshot(1, table(1, 1)), ...happened(event(2, "match.moved", null)));
  assert.deepEqual([state.lines[0].data.version, state.head.o], [1, 2]);
});

test("move removes the disc that is held over the board", () => {
  const held = { room: "lounge", kind: "hover", key: "ana", value: { match: 1, column: 3 } };
  const state = after(snapshot(1, table(1, 1)), { type: "signal", signal: held, now: 0 });
  assert.deepEqual(state.slots.hover, { ana: { match: 1, column: 3 } });
  assert.deepEqual(reduce(state, { type: "event", event: moved(2) }).slots.hover, {});
});

test("tables are the same after any order of pages, snapshots and events", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seeded(seed);
    const pick = (/** @type {number} */ below) => Math.floor(random() * below);
    const last = 20;
    let head = 1 + pick(5);
    let state = after(snapshot(head, table(1, head)));
    /** @type {{as_of: number}[]} */
    const asked = [];
    const happens = (/** @type {import("../../../../static/chat/state/types.js").RoomAction} */ action) => {
      state = reduce(state, action);
    };
    const page = () => {
      const one = asked.shift();
      const read = one && Math.min(last, Math.max(one.as_of, head) + pick(3)); // rows are read after the head, and may be newer
      if (one && read)
        happens({
          type: "page",
          cursor: { around: 1 },
          page: { lines: [card(table(1, read))], as_of: one.as_of, before: false, after: false, people: {} },
        });
    };
    const step = [
      () => head < last && happens({ type: "event", event: moved(++head) }),
      () => {
        asked.push({ as_of: head });
        happens({ type: "pageAsked" });
      },
      page,
      () => pick(6) === 0 && happens(snapshot(head, table(1, Math.min(last, head + pick(3))))),
    ];
    for (let i = 0; i < 60; i += 1) step[pick(step.length)]();
    while (asked.length > 0) page();
    while (head < last) step[0]();
    assert.deepEqual(
      [state.lines[0].data.version, state.parts.matches[1].version, tableOf(state, 1)?.version],
      [last, last, last],
      `seed ${seed}`,
    );
  }
});
