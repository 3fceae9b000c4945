/** Reducers of moderation, with events and lists in any order. */

/** @import {Message, RoomAction, RoomState, Rules} from "../../../../static/chat/state/types.js" */
/** @import {Report, Sanction, OwnSanctions} from "../../../../static/moderation/state/types.js" */
/** @import {RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Plugs } from "../../../../static/chat/client/plugs.js";
import { isAbove, lines, myRank } from "../../../../static/chat/state/selectors.js";
import { emptyRoom, reducer } from "../../../../static/chat/state/store.js";
import { moderationState } from "../../../../static/moderation/state/events.js";
import { lockReason, mutedNow, ownSanctionsOf } from "../../../../static/moderation/state/own_sanctions.js";
import {
  asksForAnswer,
  isInForce,
  openCount,
  openReports,
  queueOf,
  queueReceived,
  sanctionsOf,
} from "../../../../static/moderation/state/queue.js";
import { seeded } from "../../fakes.js";

const withPlugs = new Plugs();
withPlugs.add({ name: "moderation", ...moderationState });
const reduce = reducer(withPlugs.added);

/** @type {Rules} */
const CALM = { slow_s: 0, locked: false, guests_off: false, approval_until: null, panic_until: null };

/** @param {number} o @param {number} [touched] @returns {Message} */
const line = (o, touched = o) => ({
  o,
  n: o,
  at: o,
  by: "jonas",
  kind: "text",
  data: { text: `${o} at ${touched}` },
  edited: null,
  removed: null,
  touched,
});
/** @param {number} o @param {string} kind @param {any} [data] @returns {RoomEvent} */
const event = (o, kind, data) => ({ room: "lounge", o, t: o, n: 1, at: o, by: "mei", cid: null, kind, data });
/**
 * @param {Message[]} held
 * @param {{head?: number, me?: any, role?: any, rank?: number | null, rules?: Partial<Rules>}} [more]
 * @returns {RoomAction}
 */
const snapshot = (held, { head = 3, me = null, role = "member", rank = 0, rules = {} } = {}) => ({
  type: "snapshot",
  snapshot: {
    room: {
      key: "lounge",
      name: "Lounge",
      topic: "",
      public: true,
      lounge: false,
      role,
      rank,
      rules: { ...CALM, ...rules },
      read: 0,
      members: 3,
    },
    me,
    head: { o: head, t: head, n: head },
    lines: held,
    before: false,
    after: false,
    as_of: head,
    people: {},
    parts: {},
  },
});
/** @param {RoomAction[]} actions @returns {RoomState} */
const after = (...actions) => actions.reduce(reduce, emptyRoom("me"));
/** @param {RoomState} state @param {RoomEvent[]} events @returns {RoomState} */
const happened = (state, ...events) =>
  events.map((event) => /** @type {RoomAction} */ ({ type: "event", event })).reduce(reduce, state);
/** @param {any} value @returns {RoomAction} */
const told = (value) => ({ type: "signal", signal: { room: "lounge", kind: "standing", key: "", value }, now: 0 });
/** @param {Partial<Sanction>} [more] @returns {Sanction} */
const sanction = (more = {}) => ({
  sanction: "s1",
  kind: "mute",
  site: false,
  user: "jonas",
  by: "mei",
  side: "host",
  at: 1,
  until: 100,
  reason: "",
  rule: "spam",
  o: 2,
  removed: 0,
  lifted: null,
  acknowledged_at: null,
  appeal: null,
  ...more,
});
/** @param {Partial<Report>} [more] @returns {Report} */
const report = (more = {}) => ({
  report: "r1",
  o: 2,
  by: "aisha",
  at: 1,
  reason: "",
  rule: "spam",
  user: "jonas",
  state: "open",
  closed: null,
  ...more,
});
/** @param {RoomState} state @param {Partial<Parameters<typeof queueReceived>[1]>} lists @returns {RoomState} */
const listed = (state, lists) =>
  reduce(state, {
    type: "app",
    change: (known) => queueReceived(known, { waiting: [], sanctions: [], reports: [], people: {}, ...lists }),
  });
/** @type {OwnSanctions} */
const MUTED = {
  muted: { sanction: "s1", until: 100, by: "host", reason: "", rule: "spam", appealed: false },
  warning: null,
  waiting: false,
};

test("messages of a banned person are removed at once and restored one by one", () => {
  const gone = event(4, "messages.removed", { offsets: [1, 3], by: "mei", at: 4 });
  const state = happened(after(snapshot([line(1), line(2), line(3)])), gone);
  assert.deepEqual(
    lines(state).map(({ removed, data }) => [removed, data?.text ?? null]),
    [
      [{ by: "mei", at: 4 }, null],
      [null, "2 at 2"],
      [{ by: "mei", at: 4 }, null],
    ],
  );
  const back = happened(
    happened(state, event(5, "message.restored", { line: line(1, 5) })),
    event(6, "message.restored", { line: line(3, 6) }),
  );
  assert.deepEqual(
    lines(back).map(({ data }) => data.text),
    ["1 at 5", "2 at 2", "3 at 6"],
  );
});

test("page that was requested before a removal of many does not bring them back", () => {
  const asked = after(snapshot([line(3)]), { type: "pageAsked" });
  const state = happened(asked, event(4, "messages.removed", { offsets: [1, 2], by: "mei", at: 4 }));
  const page = { lines: [line(1), line(2), line(3)], as_of: 3, before: false, after: false, people: {} };
  const paged = reduce(state, { type: "page", cursor: { around: 1 }, page });
  assert.deepEqual(
    lines(paged).map(({ data }) => data?.text ?? null),
    [null, null, "3 at 3"],
  );
});

test("rules come with the snapshot and with each change, and who set them", () => {
  const slow = event(4, "room.restricted", { rules: { ...CALM, slow_s: 30, by_rank: 1 } });
  const state = happened(after(snapshot([], { rules: { locked: true } })), slow);
  assert.deepEqual(state.room?.rules, { ...CALM, slow_s: 30, by_rank: 1 });
});

test("own sanctions come with the snapshot, then by signals, and a newer snapshot holds", () => {
  const state = after(snapshot([], { me: MUTED }));
  assert.deepEqual(ownSanctionsOf(state), MUTED);
  assert.equal(ownSanctionsOf(reduce(state, told(null))), null);
  assert.equal(ownSanctionsOf(reduce(state, snapshot([]))), null);
});

test("mute ends at its time, and never without one", () => {
  const state = after(snapshot([], { me: MUTED }));
  assert.deepEqual([mutedNow(state, 99)?.sanction, mutedNow(state, 100)], ["s1", null]);
  assert.equal(
    mutedNow(reduce(state, told({ ...MUTED, muted: { ...MUTED.muted, until: null } })), 10 ** 15)?.sanction,
    "s1",
  );
});

test("composer is locked by a warning before a mute, and by a mute before the rules", () => {
  const warning = { sanction: "s2", by: "host", reason: "", rule: "spam", o: null };
  const closed = (/** @type {any} */ me, /** @type {Partial<Rules>} */ rules, guest = false) =>
    lockReason(after(snapshot([], { me, rules })), 50, guest);
  assert.equal(closed({ ...MUTED, warning }, { locked: true }), "warned");
  assert.equal(closed(MUTED, { locked: true }), "muted");
  assert.equal(closed(null, { locked: true, guests_off: true }, true), "locked");
  assert.deepEqual(
    [closed(null, { guests_off: true }, true), closed(null, { guests_off: true })],
    ["guests_off", null],
  );
  assert.equal(closed(null, { slow_s: 30 }), null);
});

test("archived room is locked for its hosts, too", () => {
  const host = { role: "host", rank: 1 };
  const archived = happened(after(snapshot([], host)), event(4, "room.archived", {}));
  assert.equal(lockReason(archived, 50, false), "archived");
});

test("rank exempts from the rules, not from a mute or a warning", () => {
  const host = { role: "host", rank: 1, rules: { locked: true } };
  assert.deepEqual(
    [
      lockReason(after(snapshot([], host)), 50, true),
      lockReason(after(snapshot([], { ...host, me: MUTED })), 50, true),
    ],
    [null, "muted"],
  );
});

test("person who waits for approval only reads", () => {
  const waiting = { muted: null, warning: null, waiting: true };
  const state = after(snapshot([], { role: null, rank: null, me: waiting }));
  assert.equal(lockReason(state, 0, true), "waiting");
  const joined = happened(reduce(state, told(null)), event(4, "member.joined", { user: "me", via: null }));
  assert.deepEqual([lockReason(joined, 0, true), joined.room?.role], [null, "member"]);
});

test("rank of the reader follows the role, and that of the site stays", () => {
  const role = (/** @type {string} */ role) => event(4, "member.role", { user: "me", role });
  assert.equal(myRank(happened(after(snapshot([])), role("host"))), 1);
  assert.equal(myRank(happened(after(snapshot([], { role: "host", rank: 1 })), role("member"))), 0);
  assert.equal(myRank(happened(after(snapshot([], { role: "host", rank: 2 })), role("member"))), 2);
  assert.equal(myRank(after(snapshot([], { role: null, rank: null }))), -1);
});

test("person with the greater rank is above, and nobody is above themselves", () => {
  const members = [
    { user: "jonas", role: /** @type {const} */ ("member"), joined_at: 1, rank: 0 },
    { user: "ana", role: /** @type {const} */ ("host"), joined_at: 1, rank: 1 },
    { user: "mod", role: /** @type {const} */ ("member"), joined_at: 1, rank: 2 },
  ];
  const host = after(snapshot([], { role: "host", rank: 1 }), { type: "members", members, people: {} });
  assert.deepEqual(
    ["jonas", "ana", "mod", "gone", "me"].map((user) => isAbove(host, user)),
    [true, false, false, true, false],
  );
  const member = after(snapshot([]), { type: "members", members, people: {} });
  assert.equal(isAbove(member, "jonas"), false);
});

test("lists of a host and later events are merged", () => {
  const state = listed(after(snapshot([])), { waiting: ["zoe"], sanctions: [sanction()], reports: [report()] });
  const next = happened(
    state,
    event(4, "member.admitted", { user: "zoe", yes: true }),
    event(5, "report.closed", { report: report({ state: "handled", closed: { by: "mei", at: 5 } }) }),
    event(6, "member.waiting", { user: "kim" }),
  );
  assert.deepEqual(
    [queueOf(next).waiting, openReports(next), openCount(state, 50), openCount(next, 50)],
    [["kim"], [], 2, 1],
  );
});

test("appeal counts until it is answered, and comes first", () => {
  const asks = sanction({ sanction: "s2", at: 0, appeal: { text: "please", at: 2, answer: null } });
  const state = listed(after(snapshot([])), { sanctions: [sanction(), asks] });
  assert.deepEqual(
    [sanctionsOf(state, 50).inForce.map((one) => one.sanction), openCount(state, 50), asksForAnswer(asks)],
    [["s2", "s1"], 1, true],
  );
  const kept = happened(
    state,
    event(4, "sanction.answered", { sanction: { ...asks, appeal: { text: "please", at: 2, answer: "refused" } } }),
  );
  assert.equal(openCount(kept, 50), 0);
});

test("mute is in the list of members while it is in force", () => {
  const members = [{ user: "jonas", role: /** @type {const} */ ("member"), joined_at: 1, rank: 0, muted_until: 0 }];
  const state = happened(
    after(snapshot([]), { type: "members", members, people: {} }),
    event(4, "sanction.made", { sanction: sanction() }),
  );
  assert.equal(state.members?.jonas.muted_until, 100);
  const lifted = happened(
    state,
    event(5, "sanction.lifted", { sanction: sanction({ lifted: { by: "mei", at: 5, reason: "" } }) }),
  );
  assert.equal(lifted.members?.jonas.muted_until, 0);
});

test("event of a sanction is remembered for its undo", () => {
  const made = happened(after(snapshot([])), event(4, "sanction.made", { sanction: sanction() }));
  assert.equal(queueOf(listed(made, { sanctions: [sanction({ removed: 3 })] })).sanctions.s1.made, 4);
});

test("withheld event moves only the position", () => {
  const state = after(snapshot([]));
  for (const kind of ["sanction.made", "report.made", "member.waiting", "messages.removed"])
    assert.deepEqual(happened(state, event(4, kind)).parts, state.parts);
});

test("snapshot requests the lists of a host again", () => {
  const state = listed(after(snapshot([])), { reports: [report()] });
  assert.deepEqual([queueOf(state).loaded, queueOf(reduce(state, snapshot([]))).loaded], [true, false]);
});

test("lists and events in any order end at the same", () => {
  const facts = [
    sanction(),
    sanction({ appeal: { text: "please", at: 2, answer: null } }),
    sanction({ appeal: { text: "please", at: 2, answer: "granted" } }),
    sanction({ appeal: { text: "please", at: 2, answer: "granted" }, lifted: { by: "mei", at: 4, reason: "" } }),
  ];
  const kinds = ["made", "appealed", "answered", "lifted"].map((fact) => `sanction.${fact}`);
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seeded(seed);
    let state = after(snapshot([]));
    let done = 0;
    while (done < facts.length) {
      if (random() < 0.5) state = happened(state, event(4 + done, kinds[done], { sanction: facts[done++] }));
      else state = listed(state, { sanctions: done > 0 ? [facts[Math.floor(random() * done)]] : [] });
    }
    const { made, ...known } = queueOf(state).sanctions.s1;
    assert.deepEqual([known, isInForce(known, 50)], [facts[3], false], `seed ${seed}`);
  }
});

/** Follow one message that is removed and restored with others. The offset of its event is its age. */
test("removals and returns of many converge with the pages read meanwhile", () => {
  const ALL = [1, 2, 3, 4, 5, 6];
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seeded(seed);
    const pick = (/** @type {number} */ below) => Math.floor(random() * below);
    /** @type {Map<number, Message>} */
    const rows = new Map(ALL.map((o) => [o, line(o)]));
    /** @type {RoomEvent[]} */
    const log = [];
    let state = after(
      snapshot(
        ALL.map((o) => line(o)),
        { head: 6 },
      ),
    );
    /** @type {{as_of: number, lines: Message[]}[]} */
    const asked = [];
    const write = () => {
      const o = 7 + log.length;
      const some = ALL.filter(() => random() < 0.5);
      const removing = pick(2) === 0;
      const moved = some
        .filter((at) => Boolean(rows.get(at)?.removed) !== removing)
        .slice(0, removing ? ALL.length : 1);
      if (!removing && moved.length === 0) return;
      for (const at of moved)
        rows.set(at, removing ? { ...line(at, o), data: null, removed: { by: "mei", at: o } } : line(at, o));
      log.push(
        removing
          ? event(o, "messages.removed", { offsets: moved, by: "mei", at: o })
          : event(o, "message.restored", { line: rows.get(moved[0]) }),
      );
    };
    const deliver = () => {
      const next = log[state.head.o - 6];
      if (next) state = happened(state, next);
    };
    const ask = () => {
      asked.push({ as_of: 6 + log.length, lines: [...rows.values()] });
      state = reduce(state, { type: "pageAsked" });
    };
    const answer = () => {
      const page = asked.shift();
      if (page)
        state = reduce(state, {
          type: "page",
          cursor: { around: 1 },
          page: { ...page, before: false, after: false, people: {} },
        });
    };
    for (let i = 0; i < 40; i += 1) [write, deliver, deliver, ask, answer][pick(5)]();
    while (asked.length > 0) answer();
    while (state.head.o < 6 + log.length) deliver();
    assert.deepEqual(
      lines(state).map(({ o, data, removed }) => [o, data, removed]),
      [...rows.values()].map(({ o, data, removed }) => [o, data, removed]),
      `seed ${seed}`,
    );
  }
});
