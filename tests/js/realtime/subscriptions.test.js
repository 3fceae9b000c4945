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

/** Return two rooms that were opened before the connection. */
function waiting() {
  const all = made();
  all.connection.state = { name: "connecting" };
  all.rooms.open("lounge", { o: 5, t: 50 });
  all.rooms.open("chess", null);
  return all;
}

test("rooms opened before the connection are named in hello, if they have a position", () => {
  const { rooms, asked } = waiting();
  assert.deepEqual(rooms.positions(), { lounge: { o: 5, t: 50 } });
  assert.deepEqual(asked(), []);
});

test("rooms that hello opened go on, and the others are requested", async () => {
  const { connection, facts, asked, event } = waiting();
  await connection.greets({ opened: { lounge: REPLAY } });
  await event("lounge", 6);
  assert.deepEqual(facts, [
    ["opened", "lounge", "replay"],
    ["lounge", 6],
  ]);
  assert.deepEqual(asked(), [["room.open", "chess", null]]);
});

test("room that needs a snapshot after hello was sent is requested again", async () => {
  const { connection, rooms, facts, asked } = waiting();
  rooms.open("lounge", null);
  await connection.greets({ opened: { lounge: REPLAY } });
  assert.deepEqual(asked(), [
    ["room.open", "lounge", null],
    ["room.open", "chess", null],
  ]);
  assert.deepEqual(facts, []);
});

test("room closed while hello was on its way is closed on the server, too", async () => {
  const { connection, rooms, asked } = waiting();
  rooms.close("lounge");
  rooms.close("chess");
  await connection.greets({ opened: { lounge: REPLAY } });
  assert.deepEqual(asked(), [["room.close", "lounge", undefined]]);
});

test("room opened on a ready connection is requested at once, and its events follow the snapshot", async () => {
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

test("gap is requested from the last applied event, and nothing is applied twice", async () => {
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

test("request to open that was lost with the connection is repeated by the next hello", async () => {
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

test("room that the reader may not see is closed and reported", async () => {
  const { connection, rooms, facts } = waiting();
  await connection.greets({ opened: { lounge: { error: NOT_FOUND } } });
  await connection.requests[0].refuse(NOT_FOUND);
  assert.deepEqual(facts, [
    ["refused", "lounge", 404],
    ["refused", "chess", 404],
  ]);
  assert.deepEqual(rooms.positions(), {});
});

test("temporary error is retried when the server says", async () => {
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

test("answer for a room that was closed meanwhile is dropped", async () => {
  const { connection, rooms, facts } = made();
  rooms.open("chess", null);
  await settle();
  rooms.close("chess");
  await connection.requests[0].answer(SNAPSHOT);
  assert.deepEqual(facts, []);
});

test("removed reader is told why, and the events of the room end", async () => {
  const { connection, rooms, facts, event } = made();
  rooms.open("lounge", { o: 5, t: 50 });
  await connection.requests[0].answer(REPLAY);
  await connection.notifies("room.left", { room: "lounge", reason: "removed", until: null });
  await event("lounge", 6);
  assert.deepEqual(facts.slice(1), [["left", "lounge", "removed"]]);
});

test("signals are delivered for rooms that are not open, too", async () => {
  const { connection, facts } = made();
  await connection.notifies("room.signal", { room: "far", kind: "count", key: "", value: {} });
  assert.deepEqual(facts, [["signalled", "far", "count"]]);
});
