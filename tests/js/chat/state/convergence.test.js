/**
 * Convergence: in any order of pages, snapshots, replays and live events, the list becomes that of the server and
 * never has a gap.
 */

/** @import {Cursor, Message, RoomAction, RoomState, Snapshot} from "../../../../static/chat/state/types.js" */
/** @import {RoomEvent} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { withReaction } from "../../../../static/chat/state/reactions.js";
import { cursor, emptyRoom, lines, reduce } from "../../../../static/chat/state/store.js";
import { seeded } from "../../fakes.js";

const PAGE = 5;
const ROOM = {
  key: "lounge",
  name: "Lounge",
  topic: "",
  public: true,
  lounge: true,
  role: /** @type {const} */ ("member"),
  read: 0,
  members: 1,
};

/** The rows and the log of one room. */
class Server {
  /** @type {Message[]} */ rows = [];
  /** @type {RoomEvent[]} */ log = [];
  /** @type {Set<number>} */ redactedOffsets = new Set();

  get head() {
    return { o: this.log.length, t: this.log.length, n: this.rows.length };
  }

  /** @param {string} kind @param {any} data @param {number[]} [redacted] @param {string} [by] */
  #append(kind, data, redacted = [], by = "ana") {
    const o = this.log.length + 1;
    for (const o of redacted) this.redactedOffsets.add(o);
    this.log.push({ room: "lounge", o, t: o, n: this.rows.length, at: o, by, cid: null, kind, data });
  }

  post() {
    const o = this.log.length + 1;
    this.rows.push({
      o,
      n: this.rows.length + 1,
      at: o,
      by: "ana",
      kind: "text",
      data: { text: `${o}` },
      edited: null,
      removed: null,
      touched: o,
    });
    this.#append("message.posted", { kind: "text", text: `${o}` });
  }

  /** @param {number} index */
  edit(index) {
    const row = this.rows[index];
    const o = this.log.length + 1;
    if (row.removed) return;
    this.rows[index] = { ...row, data: { text: `${row.o} at ${o}` }, edited: o, touched: o };
    this.#append("message.edited", { line: this.rows[index] }, this.#bearersOf(row.o));
  }

  /** Remove or restore a message. The row keeps when it was edited, as a table does. @param {number} index */
  removeOrRestore(index) {
    const row = this.rows[index];
    const o = this.log.length + 1;
    if (row.removed) {
      this.rows[index] = { ...row, data: { text: `${row.o} again` }, removed: null, touched: o };
      this.#append("message.restored", { line: this.rows[index] });
    } else {
      this.rows[index] = { ...row, data: null, removed: { by: "mod", at: o }, touched: o };
      this.#append("message.deleted", { o: row.o, by: "mod", at: o }, this.#bearersOf(row.o));
    }
  }

  /** Add or remove a reaction, as the server does. @param {number} index @param {string} emoji @param {string} by */
  react(index, emoji, by) {
    const row = this.rows[index];
    if (row.removed) return;
    const reactions = row.reactions ?? [];
    const on = !reactions.some(([other, users]) => other === emoji && users.includes(by));
    this.rows[index] = { ...row, reactions: withReaction(reactions, emoji, by, on) };
    this.#append("message.reacted", { o: row.o, emoji, on }, [], by);
  }

  /** Return the events that hold the text of a message. @param {number} line */
  #bearersOf(line) {
    return this.log.filter(({ o, data }) => o === line || data.line?.o === line).map(({ o }) => o);
  }

  /**
   * Return an event as it is delivered live, or as a client that resumes gets it.
   * @param {number} o @param {boolean} live
   */
  event(o, live) {
    const event = this.log[o - 1];
    return live || !this.redactedOffsets.has(o) ? event : { ...event, data: null };
  }

  /** @param {number} as_of @param {Cursor} at */
  page(as_of, at) {
    const around = "around" in at ? this.rows.findIndex(({ o }) => o >= at.around) : 0;
    const all = this.rows;
    if ("before" in at) return this.#slice(as_of, all.filter(({ o }) => o < at.before).slice(-PAGE));
    if ("after" in at) return this.#slice(as_of, all.filter(({ o }) => o > at.after).slice(0, PAGE));
    return this.#slice(as_of, all.slice(Math.max(0, around - 2), around + 3));
  }

  /** @param {number} as_of @param {Message[]} rows */
  #slice(as_of, rows) {
    const [first, last] = [rows[0]?.o ?? 0, rows.at(-1)?.o ?? Infinity];
    return {
      lines: rows.map((row) => (row.removed ? { ...row, reactions: undefined } : row)),
      as_of,
      before: this.rows.some(({ o }) => o < first),
      after: this.rows.some(({ o }) => o > last),
      people: {},
    };
  }

  /** @param {{o: number, t: number, n: number}} head read before the rows @returns {Snapshot} */
  snapshot(head) {
    const { lines, before, after } = this.#slice(head.o, this.rows.slice(-PAGE));
    return { room: ROOM, head, lines, before, after, as_of: head.o, people: {}, parts: {} };
  }
}

/** World of one client and the server, which take random steps. */
class World {
  server = new Server();
  /** @type {RoomState} */
  state = emptyRoom("me");
  /** Requested pages, read by the server or not yet. @type {{cursor: Cursor, as_of: number | null, page: any}[]} */
  asked = [];
  liveFrom = 0;

  /** @param {number} seed */
  constructor(seed) {
    this.random = seeded(seed);
    for (let i = this.pick(12); i > 0; i -= 1) this.write();
    this.dispatch({ type: "snapshot", snapshot: this.#snapshot() });
  }

  /** @param {number} below */
  pick(below) {
    return Math.floor(this.random() * below);
  }

  /** @param {RoomAction} action */
  dispatch(action) {
    this.state = reduce(this.state, action);
    this.holdsNoHole();
  }

  write() {
    const { rows } = this.server;
    const act = rows.length === 0 ? 0 : this.pick(6);
    if (act < 2) this.server.post();
    else if (act === 2) this.server.edit(this.pick(rows.length));
    else if (act > 3)
      this.server.react(this.pick(rows.length), ["👍", "❤️"][this.pick(2)], ["ana", "ben"][this.pick(2)]);
    else this.server.removeOrRestore(this.pick(rows.length));
  }

  deliver() {
    const o = this.state.head.o + 1;
    if (o <= this.server.log.length) this.dispatch({ type: "event", event: this.server.event(o, o > this.liveFrom) });
  }

  ask() {
    const around = { around: 1 + this.pick(this.server.log.length) };
    const at = [cursor(this.state, "before"), cursor(this.state, "after"), around][this.pick(3)];
    if (!at) return;
    this.asked.push({ cursor: at, as_of: null, page: null });
    this.dispatch({ type: "pageAsked" });
  }

  /** Let the server read its head, then write, then read the rows. */
  read() {
    const waiting = this.asked.filter(({ page }) => !page);
    const one = waiting[this.pick(waiting.length)];
    if (!one) return;
    if (one.as_of === null) one.as_of = this.server.log.length;
    else one.page = this.server.page(one.as_of, one.cursor);
  }

  answer() {
    const index = this.asked.findIndex(({ page }) => page);
    if (index < 0) return;
    const [{ cursor, page }] = this.asked.splice(index, 1);
    this.dispatch({ type: "page", cursor, page });
  }

  /** Lose the connection with the pages on their way, and resume by replay or by snapshot. */
  reconnect() {
    for (const _ of this.asked.splice(0)) this.dispatch({ type: "pageFailed" });
    for (let i = this.pick(6); i > 0; i -= 1) this.write();
    this.#open(this.pick(2) === 0);
  }

  /** Open the room again on the same connection after a gap. Pages on their way still arrive. */
  reopen() {
    this.#open(this.pick(2) === 0);
  }

  /** @param {boolean} replay */
  #open(replay) {
    const head = this.server.head;
    this.liveFrom = head.o;
    if (replay) return this.dispatch({ type: "opened", opening: { mode: "replay", head, presence: {}, here: 0 } });
    const snapshot = this.#snapshot();
    this.dispatch({
      type: "opened",
      opening: { mode: "snapshot", head: snapshot.head, presence: {}, here: 0, snapshot },
    });
  }

  #snapshot() {
    const head = this.server.head;
    for (let i = this.pick(3); i > 0; i -= 1) this.write();
    return this.server.snapshot(head);
  }

  scroll() {
    this.dispatch({ type: "scrolled", atBottom: this.pick(2) === 0 });
  }

  step() {
    const actions = [
      this.write,
      this.write,
      this.deliver,
      this.deliver,
      this.deliver,
      this.ask,
      this.read,
      this.read,
      this.answer,
      this.scroll,
    ];
    const rare = this.pick(25);
    if (rare === 0) this.reconnect();
    else if (rare === 1) this.reopen();
    else actions[this.pick(actions.length)].call(this);
  }

  /** Assert that the window holds every message that the position covers between its ends. */
  holdsNoHole() {
    const { lines, head, before, after } = this.state;
    const held = lines.map(({ o }) => o);
    const [first, last] = [before ? (held[0] ?? Infinity) : 0, after ? (held.at(-1) ?? -1) : Infinity];
    const expected = this.server.rows.map(({ o }) => o).filter((o) => o >= first && o <= last && o <= head.o);
    assert.deepEqual(
      held.filter((o) => o <= head.o),
      expected,
    );
    assert.ok(held.every((o, i) => i === 0 || held[i - 1] < o));
  }

  /** Deliver everything on its way, then page to both ends. */
  finish() {
    while (this.asked.length > 0) {
      this.read();
      this.answer();
    }
    while (this.state.head.o < this.server.log.length) this.deliver();
    for (const side of /** @type {const} */ (["after", "before"])) {
      for (let at = cursor(this.state, side); at; at = cursor(this.state, side)) {
        this.dispatch({ type: "pageAsked" });
        this.dispatch({ type: "page", cursor: at, page: this.server.page(this.server.log.length, at) });
      }
    }
  }
}

/** @param {Message[]} rows */
const seen = (rows) =>
  rows.map(({ o, by, data, edited, removed, reactions = [] }) => ({
    o,
    by,
    data,
    edited: removed ? null : edited,
    removed,
    reactions: removed ? [] : reactions.flatMap(([emoji, users]) => users.map((user) => `${emoji} ${user}`)).sort(),
  }));

test("random interleavings converge to the server's list", () => {
  for (let seed = 1; seed <= 1500; seed += 1) {
    try {
      const world = new World(seed);
      for (let i = 0; i < 120; i += 1) world.step();
      world.finish();
      assert.deepEqual(seen(lines(world.state)), seen(world.server.rows));
      assert.deepEqual([world.state.held, world.state.asking, world.state.head], [[], 0, world.server.head]);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
