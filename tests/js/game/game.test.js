/** Games: sentences, the copied board, the clock, the offers. */

/** @import {RoomState} from "../../../static/chat/state/types.js" */
/** @import {Result, Table, View} from "../../../static/game/state/types.js" */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FakeClock, fakePage } from "../fakes.js";

fakePage();
const { learn } = await import("../../../static/chat/ui/words.js");
const { emptyRoom } = await import("../../../static/chat/state/store.js");
const { copied, ended, scored, announced, status, told } = await import("../../../static/game/ui/sentences.js");
const { clockText, isHurry, nextTick } = await import("../../../static/game/state/clock.js");
const { NOTHING, boardText, landing, withDisc } = await import("../../../static/game/state/four.js");
const { maySit, offers } = await import("../../../static/game/state/offers.js");
const { Presence } = await import("../../../static/game/client/presence.js");
const { Emitter } = await import("../../../static/realtime/emitter.js");

learn(JSON.parse(readFileSync(new URL("../../../static/words/en.json", import.meta.url), "utf8")));
const person = (/** @type {string} */ name) => ({ name, face: "", colour: 1, rev: 1 });
const people = { mei: person("Mei"), jonas: person("Jonas"), aisha: person("Aisha") };
/** @param {string | null} me @param {"member" | null} [role] @returns {RoomState} */
const room = (me, role = "member") => ({
  ...emptyRoom(me),
  people,
  room: { key: "k", name: "R", topic: "", public: true, lounge: false, role, read: 0, members: 3 },
});
/** @param {Partial<Table>} [more] @returns {Table} */
const table = (more = {}) => ({
  game: "four",
  match: 1,
  version: 9,
  state: "playing",
  seats: [{ user: "mei" }, { user: "jonas" }],
  waiting: [],
  turn: 0,
  deadline: null,
  view: NOTHING,
  says: null,
  result: null,
  last: null,
  rematch: null,
  ...more,
});
/** @param {number | null} winner @param {Result["reason"]} reason @param {Partial<Table>} [more] */
const over = (winner, reason, more = {}) =>
  table({ state: "over", turn: null, last: 8, view: NOTHING, result: { winner, reason }, ...more });
/** @param {[number, number][]} moves @returns {View} */
const played = (...moves) => moves.reduce((view, [column, seat]) => withDisc(view, column, seat), NOTHING);

test('move is told with the name of the player, and to the player as "you"', () => {
  const says = { key: "four.played", seat: 0, column: 4 };
  assert.equal(told(says, table(), room("jonas")), "Mei played column 4.");
  assert.equal(told(says, table(), room("mei")), "You played column 4.");
});

test("announcement ends with what comes next", () => {
  const moved = table({ turn: 1, says: { key: "four.played", seat: 0, column: 4 } });
  assert.equal(announced(moved, room("jonas")), "Mei played column 4. Your turn");
  assert.equal(announced(moved, room("aisha")), "Mei played column 4. Jonas's turn");
});

test("bot is named by its level", () => {
  const seats = [{ user: "mei" }, { bot: /** @type {const} */ ("hard") }];
  assert.equal(status(table({ seats, turn: 1 }), room("mei")), "Bot (hard)'s turn");
});

test("sentences exist for every move and result, for every reader", () => {
  const keys = ["four.start", "four.played", "four.timeout", "four.won", "four.full"].map((key) => ({
    key,
    seat: 0,
    column: 4,
  }));
  const lost = ["resigned", "timeout", "absent", "left"].map((reason) => ({ key: "four.lost", seat: 0, reason }));
  for (const says of [...keys, ...lost])
    for (const me of ["mei", "jonas", null])
      assert.doesNotMatch(told(says, table(), room(me)), /four\.|\{/, `${says.key} ${me}`);
});

test("result tells the winner and the reason to players and watchers", () => {
  assert.deepEqual(
    ["mei", "jonas", "aisha", null].map((me) => ended(over(0, "resigned"), room(me))),
    ["You won: Jonas resigned", "Mei won: you resigned", "Mei won: Jonas resigned", "Mei won: Jonas resigned"],
  );
  for (const reason of /** @type {const} */ (["line", "resigned", "timeout", "absent", "left"]))
    for (const me of ["mei", "jonas", null]) assert.doesNotMatch(ended(over(0, reason), room(me)), /result\.|\{/);
  assert.equal(ended(over(null, "full"), room("mei")), "A draw: the board is full");
  assert.equal(ended(over(null, "nobody"), room("mei")), "Abandoned");
});

test("board is copied as six rows of seven, with names, result and link", () => {
  const view = played([3, 0], [3, 1], [0, 0]);
  assert.equal(boardText(view).split("\n").length, 6);
  assert.deepEqual(boardText(view).split("\n").slice(-2), ["⚪⚪⚪🟡⚪⚪⚪", "🔴⚪⚪🔴⚪⚪⚪"]);
  const text = copied(over(0, "line", { view }), room("mei"), "https://parlor/r/k/@8");
  assert.deepEqual(
    [text.split("\n")[0], text.split("\n").slice(-2)],
    ["Four in a row: 🔴 Mei – 🟡 Jonas", ["Mei won with four in a row", "https://parlor/r/k/@8"]],
  );
});

test("disc falls onto the others, and not into a full column", () => {
  assert.equal(landing(NOTHING, 2), 0);
  const full = played([2, 0], [2, 1], [2, 0], [2, 1], [2, 0], [2, 1]);
  assert.equal(landing(full, 2), null);
  assert.equal(withDisc(full, 2, 0), full);
  assert.deepEqual(NOTHING.columns.flat(), []);
});

test("clock counts a second that has begun, and ticks when the text changes", () => {
  assert.deepEqual([60_000, 59_001, 17_000, 9_999, 1, 0, -5].map(clockText), [
    "1:00",
    "1:00",
    "0:17",
    "0:10",
    "0:01",
    "0:00",
    "0:00",
  ]);
  assert.deepEqual([59_001, 60_000, 1].map(nextTick), [1, 1000, 1]);
  assert.deepEqual([10_001, 10_000].map(isHurry), [false, true]);
});

test("watcher may join the queue, and a visitor only watches", () => {
  assert.deepEqual(offers(table(), room("aisha")), ["wait"]);
  assert.deepEqual(offers(table({ waiting: ["aisha"] }), room("aisha")), ["unwait"]);
  assert.deepEqual([offers(table(), room(null)), offers(table(), room("aisha", null))], [[], []]);
});

test("player may resign, and claim the win from a person only", () => {
  assert.deepEqual(offers(table(), room("mei")), ["resign", "claim"]);
  assert.deepEqual(offers(table({ seats: [{ user: "mei" }, { bot: "easy" }] }), room("mei")), ["resign"]);
});

test("free seat is for members who do not sit at the table", () => {
  const open = table({ state: "open", turn: null, seats: [{ user: "mei" }, null] });
  assert.deepEqual(
    [
      maySit(open, room("jonas")),
      maySit(open, room("mei")),
      maySit(open, room("jonas", null)),
      maySit(open, room(null)),
    ],
    [true, false, false, false],
  );
  assert.deepEqual([offers(open, room("mei")), offers(open, room("jonas"))], [["bot", "leave"], []]);
});

test("players may play again after the end, but not the loser while others wait", () => {
  assert.deepEqual(offers(over(0, "line"), room("jonas")), ["rematch", "replay", "copy"]);
  assert.deepEqual(offers(over(0, "line", { waiting: ["aisha"] }), room("jonas")), ["replay", "copy"]);
  assert.equal(offers(over(0, "line", { waiting: ["aisha"] }), room("mei"))[0], "rematch");
  assert.equal(offers(over(0, "line", { rematch: 20 }), room("mei"))[0], "next");
  assert.deepEqual(
    [offers(over(0, "line"), room("aisha", null)), offers(over(0, "line"), room(null))],
    [["replay"], []],
  );
});

/** @param {any} tableNow @param {{code: number}[]} [errors] the first answers */
function calledClient(tableNow, errors = []) {
  const state = { ...room("mei"), parts: { matches: { [tableNow.match]: tableNow } } };
  /** @type {any[]} */
  const asked = [];
  const act = async (/** @type {any[]} */ ...request) => {
    asked.push(request);
    const errorText = errors.shift();
    if (errorText) throw errorText;
  };
  const client = Object.assign(new /** @type {any} */ (Emitter)(), { open: ["lounge"], state: () => state, act });
  const clock = new FakeClock();
  new Presence(/** @type {any} */ (client), clock).start();
  return { client, asked, clock };
}

test("page answers once for its player who is asked", () => {
  const { client, asked } = calledClient(table({ claim: { seat: 0, until: 99, o: 12 } }));
  client.emit("roomChanged", "lounge");
  client.emit("roomChanged", "lounge");
  client.emit("roomChanged", "another room");
  assert.deepEqual(asked, [["match.present", { room: "lounge", match: table().match }]]);
});

test("page answers again when the server was busy, and not when it is too late", async () => {
  const { client, asked, clock } = calledClient(table({ claim: { seat: 0, until: 99, o: 12 } }), [
    { code: 503 },
    { code: 429 },
    { code: 409 },
  ]);
  client.emit("roomChanged", "lounge");
  for (let second = 0; second < 5; second += 1) await clock.advance(1_000);
  assert.equal(asked.length, 3);
});

test("page does not answer for the opponent", () => {
  const { client, asked } = calledClient(table({ claim: { seat: 1, until: 99, o: 12 } }));
  client.emit("roomChanged", "lounge");
  assert.deepEqual(asked, []);
});

test("score counts the games of a chain of rematches by person, also when the seats change", () => {
  const first = over(0, "line", { match: 1, rematch: 2 });
  const second = over(0, "line", { match: 2, rematch: 3, seats: [{ user: "jonas" }, { user: "mei" }] });
  const third = over(0, "line", { match: 3 });
  const line = (/** @type {Table} */ data) => ({
    o: data.match,
    n: 0,
    at: 0,
    by: "mei",
    kind: "match",
    data,
    edited: null,
    removed: null,
    touched: data.match,
  });
  const state = { ...room("mei"), lines: [first, second, third].map(line) };
  assert.deepEqual(
    [first, second, third].map((one) => scored(one, state)),
    ["", "Jonas 1 : 1 Mei", "Mei 2 : 1 Jonas"],
  );
  assert.equal(scored(table({ match: 4 }), state), "");
});
