/** Plugs: doubles and gaps are found when a plug is added, and failures stay inside the plug. */

/** @import {Plug, PlugPage} from "../../../../static/chat/client/plugs.js" */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Plugs } from "../../../../static/chat/client/plugs.js";
import { emptyRoom, reducer } from "../../../../static/chat/state/store.js";
import { fakePage } from "../../fakes.js";

fakePage();
const { game } = await import("../../../../static/game/plug.js");
const { moderation } = await import("../../../../static/moderation/plug.js");

const paint = () => undefined;
const PAGE = /** @type {PlugPage} */ ({});

/** @param {...Plug} plugs */
function pluggedIn(...plugs) {
  const all = new Plugs();
  for (const plug of plugs) all.add(plug);
  return all;
}

/** @param {() => void} call @returns {number} how many failures were reported meanwhile */
function failuresIn(call) {
  const report = mock.method(console, "error", () => undefined);
  call();
  report.mock.restore();
  return report.mock.callCount();
}

/** @param {number} o @param {string} kind @param {any} data @returns {any} */
const event = (o, kind, data) => ({
  type: "event",
  event: { room: "lounge", o, t: o, n: o, at: o, by: "ana", kind, data },
});

test("plugs of games and moderation fit together", () => {
  const all = pluggedIn(game, moderation);
  assert.ok("match" in all.cards);
  assert.deepEqual([...all.departures], ["kicked", "banned"]);
  assert.ok(all.commands.some(({ name }) => name === "play"));
});

test("plugs do not share a name and do not replace what chat has", () => {
  const noop = (/** @type {any} */ state) => state;
  const pairs = /** @type {[Plug, Plug][]} */ ([
    [{ name: "one" }, { name: "one" }],
    [
      { name: "one", cards: { poll: { paint } } },
      { name: "two", cards: { poll: { paint } } },
    ],
    [
      { name: "one", events: { "poll.closed": noop } },
      { name: "two", events: { "poll.closed": noop } },
    ],
    [
      { name: "one", slots: ["hover"] },
      { name: "two", signals: { hover: noop } },
    ],
    [
      { name: "one", commands: [{ name: "poll", about: "a" }] },
      { name: "two", commands: [{ name: "poll", about: "b" }] },
    ],
    [
      { name: "one", problems: { closed: () => "" } },
      { name: "two", problems: { closed: () => "" } },
    ],
    [
      { name: "one", departures: ["voted"] },
      { name: "two", departures: ["voted"] },
    ],
  ]);
  for (const [one, two] of pairs) assert.throws(() => pluggedIn(one, two), /both have/);
  assert.throws(
    () => pluggedIn({ name: "one", events: { "message.posted": noop } }),
    /one and chat both have events.message.posted/,
  );
  assert.throws(() => pluggedIn({ name: "one", cards: { text: { paint } } }), /both have cards.text/);
  assert.throws(() => pluggedIn({ name: "one", slots: ["typing"] }), /both have signals.typing/);
});

test("plug with a gap is refused", () => {
  const broken = /** @type {[any, RegExp][]} */ ([
    [{}, /no name/],
    [{ name: "one", card: {} }, /unknown members: card/],
    [{ name: "one", posted: { poll: paint } }, /no card for poll/],
    [{ name: "one", messagePeople: { poll: paint } }, /no card for poll/],
    [{ name: "one", cards: { poll: {} } }, /does not paint poll/],
    [{ name: "one", commands: [{ name: "poll" }] }, /does not explain \/poll/],
  ]);
  for (const [plug, message] of broken) assert.throws(() => pluggedIn(plug), message);
});

test("reducer that fails leaves the state to chat", () => {
  const fails = () => {
    throw new Error("broken plug");
  };
  const all = pluggedIn({
    name: "poll",
    cards: { poll: { paint } },
    posted: { poll: fails },
    events: { "poll.closed": fails },
    messageEvents: { "poll.closed": fails },
    messagePeople: { poll: fails },
    sectionPeople: { polls: fails },
    snapshot: fails,
    signals: { vote: fails },
  });
  const reduce = reducer(all.added);
  const snapshot = /** @type {any} */ ({
    room: { key: "lounge", name: "Lounge", role: "member", members: 1, read: 0 },
    head: { o: 1, t: 1, n: 1 },
    lines: [{ o: 1, n: 1, at: 1, by: "ana", kind: "poll", data: {}, edited: null, removed: null, touched: 1 }],
    people: {},
    parts: { polls: {} },
    before: false,
    after: false,
    as_of: 1,
  });
  let state = emptyRoom("ana");
  const failures = failuresIn(() => {
    state = reduce(state, { type: "snapshot", snapshot });
    state = reduce(state, event(2, "message.posted", { kind: "poll" }));
    state = reduce(state, event(3, "poll.closed", {}));
    state = reduce(state, { type: "signal", signal: { room: "lounge", kind: "vote", key: "ana", value: 1 }, now: 0 });
    state = reduce(state, event(4, "message.posted", { text: "hello" }));
  });
  assert.equal(failures, 7);
  assert.deepEqual(
    state.lines.map(({ o, kind }) => [o, kind]),
    [
      [1, "poll"],
      [2, "poll"],
      [4, "text"],
    ],
  );
  assert.equal(state.head.o, 4);
});

test("plug whose start or part fails leaves the page to the others", () => {
  const all = pluggedIn(
    { name: "broken", start: () => assert.fail("broken plug") },
    { name: "half", start: () => ({ titleMark: () => assert.fail("broken part"), locksComposer: () => false }) },
    { name: "whole", start: () => ({ titleMark: () => "●" }) },
    { name: "silent" },
  );
  const failures = failuresIn(() => {
    all.start(PAGE);
    assert.deepEqual(all.ask("titleMark"), ["●"]);
    assert.deepEqual(all.ask("locksComposer"), [false]);
    assert.deepEqual(all.ask("waitText"), []);
  });
  assert.equal(failures, 2);
});

test("problem whose text fails has no text of the plug", () => {
  const all = pluggedIn({ name: "poll", problems: { closed: () => assert.fail("broken plug") } });
  assert.equal(
    failuresIn(() => assert.equal(all.problems.closed({}), "")),
    1,
  );
});
