import assert from "node:assert/strict";
import { test } from "node:test";
import { Subscriptions } from "../../../static/realtime/subscriptions.js";
import { FakeClock, FakeConnection, settle } from "../fakes.js";

const REPLAY = { mode: "replay", head: { o: 9, t: 90, n: 9 }, presence: {}, here: 1 };
const SNAPSHOT = { mode: "snapshot", head: { o: 20, t: 200, n: 20 }, presence: {}, here: 1, snapshot: {} };
const NOT_FOUND = { code: 404, message: "not found", data: { type: "not_found", status: 404 } };
const UNAVAILABLE = {
  code: 503,
  message: "unavailable",
  data: { type: "unavailable", status: 503, retry_after_ms: 700 },
};

function made() {
  const connection = new FakeConnection();
  const clock = new FakeClock();
  const rooms = new Subscriptions(/** @type {any} */ (connection), clock);
  /** @type {any[]} */
  const facts = [];
  rooms.on("opened", (room, { mode }) => facts.push(["opened", room, mode]));
  rooms.on("refused", (room, { code }) => facts.push(["refused", room, code]));
  rooms.on("eventApplied", ({ room, o }) => facts.push([room, o]));
  rooms.on("signalled", ({ room, kind }) => facts.push(["signalled", room, kind]));
  rooms.on("left", ({ room, reason }) => facts.push(["left", room, reason]));
  const event = (/** @type {string} */ room, /** @type {number} */ o) =>
    connection.notifies("room.event", { room, o, t: o * 10, n: o, at: 0, kind: "x" });
  return {
    connection,
    clock,
    rooms,
    facts,
    event,
    asked: () => connection.requests.map(({ method, params }) => [method, params.room, params.position]),
  };
}

/** Two rooms opened before there was a line. */
function waiting() {
  const all = made();
  all.connection.state = { name: "connecting" };
  all.rooms.open("lounge", { o: 5, t: 50 });
  all.rooms.open("chess", null);
  return all;
}

test("rooms opened before the line are named in hello, if they have a position", () => {
  const { rooms, asked } = waiting();
  assert.deepEqual(rooms.positions(), { lounge: { o: 5, t: 50 } });
  assert.deepEqual(asked(), []);
});

test("what hello opened goes on from there, what it could not is asked for", async () => {
  const { connection, facts, asked, event } = waiting();
  await connection.greets({ opened: { lounge: REPLAY } });
  await event("lounge", 6);
  assert.deepEqual(facts, [
    ["opened", "lounge", "replay"],
    ["lounge", 6],
  ]);
  assert.deepEqual(asked(), [["room.open", "chess", null]]);
});

test("a room for which a snapshot was wanted after hello was sent is asked for again", async () => {
  const { connection, rooms, facts, asked } = waiting();
  rooms.open("lounge", null);
  await connection.greets({ opened: { lounge: REPLAY } });
  assert.deepEqual(asked(), [
    ["room.open", "lounge", null],
    ["room.open", "chess", null],
  ]);
  assert.deepEqual(facts, []);
});

test("a room closed while hello was on its way is closed there too", async () => {
  const { connection, rooms, asked } = waiting();
  rooms.close("lounge");
  rooms.close("chess");
  await connection.greets({ opened: { lounge: REPLAY } });
  assert.deepEqual(asked(), [["room.close", "lounge", undefined]]);
});

test("a room opened on a good line is asked for at once; its events follow the snapshot", async () => {
  const { connection, rooms, facts, event } = made();
  rooms.open("chess", null);
  await settle();
  await connection.requests[0].answer(SNAPSHOT);
  await event("chess", 20);
  await event("chess", 21);
  await event("elsewhere", 1);
  assert.deepEqual(facts, [
    ["opened", "chess", "snapshot"],
    ["chess", 21],
  ]);
  assert.deepEqual(rooms.positions(), { chess: { o: 21, t: 210 } });
});

test("a hole is asked for from the last event applied, and nothing is applied twice", async () => {
  const { connection, rooms, facts, event, asked } = made();
  rooms.open("lounge", { o: 5, t: 50 });
  await connection.requests[0].answer(REPLAY);
  await event("lounge", 6);
  await event("lounge", 9);
  await event("lounge", 10);
  assert.deepEqual(asked()[1], ["room.open", "lounge", { o: 6, t: 60 }]);
  await connection.requests[1].answer(REPLAY);
  for (const o of [7, 8, 9, 10, 11]) await event("lounge", o);
  assert.deepEqual(
    facts.filter(([name]) => name === "lounge").map(([, o]) => o),
    [6, 7, 8, 9, 10, 11],
  );
  assert.equal(asked().length, 2);
});

test("a request to open that the line took with it is made good by the next hello", async () => {
  const { connection, rooms, facts, event } = made();
  rooms.open("lounge", { o: 5, t: 50 });
  await settle();
  await connection.closes();
  await connection.greets({ opened: { lounge: REPLAY } });
  await event("lounge", 6);
  assert.deepEqual(facts, [
    ["opened", "lounge", "replay"],
    ["lounge", 6],
  ]);
});

test("a room one may not see is closed and told", async () => {
  const { connection, rooms, facts } = waiting();
  await connection.greets({ opened: { lounge: { error: NOT_FOUND } } });
  await connection.requests[0].refuse(NOT_FOUND);
  assert.deepEqual(facts, [
    ["refused", "lounge", 404],
    ["refused", "chess", 404],
  ]);
  assert.deepEqual(rooms.positions(), {});
});

test("a refusal that passes is asked again when the server says", async () => {
  const { connection, clock, facts, asked } = waiting();
  await connection.greets({ opened: { lounge: { error: UNAVAILABLE } } });
  await connection.requests[0].refuse({ code: 429, message: "too fast" });
  await clock.advance(699);
  assert.equal(asked().length, 1);
  await clock.advance(1);
  assert.deepEqual(asked()[1], ["room.open", "lounge", { o: 5, t: 50 }]);
  await clock.advance(1_300);
  assert.deepEqual(asked()[2], ["room.open", "chess", null]);
  assert.deepEqual(facts, []);
});

test("the answer for a room closed meanwhile is not heard", async () => {
  const { connection, rooms, facts } = made();
  rooms.open("chess", null);
  await settle();
  rooms.close("chess");
  await connection.requests[0].answer(SNAPSHOT);
  assert.deepEqual(facts, []);
});

test("who is put out hears why, and the room's events end", async () => {
  const { connection, rooms, facts, event } = made();
  rooms.open("lounge", { o: 5, t: 50 });
  await connection.requests[0].answer(REPLAY);
  await connection.notifies("room.left", { room: "lounge", reason: "removed", until: null });
  await event("lounge", 6);
  assert.deepEqual(facts.slice(1), [["left", "lounge", "removed"]]);
});

test("signals are told for rooms that are not open too", async () => {
  const { connection, facts } = made();
  await connection.notifies("room.signal", { room: "far", kind: "count", key: "", value: {} });
  assert.deepEqual(facts, [["signalled", "far", "count"]]);
});
