/** @import {PendingRequest, OutboxStorage} from "../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../static/realtime/outbox.js";
import { MemoryStorage, openStorage } from "../../../static/realtime/outbox_storage.js";
import { FakeClock, FakeConnection, settle } from "../fakes.js";

const STORED = { room: "lounge", o: 51, at: 1 };
const FORBIDDEN = { code: 403, message: "forbidden", data: { type: "forbidden", status: 403 } };

/** Return the tabs of one browser: a tab receives what another posts. */
function channels() {
  /** @type {Set<any>} */
  const open = new Set();
  return class {
    /** @type {any} */ onmessage = null;
    constructor() {
      open.add(this);
    }
    /** @param {any} data */
    postMessage(data) {
      for (const other of open) if (other !== this) other.onmessage?.({ data });
    }
    close() {
      open.delete(this);
    }
  };
}

/** @param {{storage?: OutboxStorage, Channel?: any, connection?: FakeConnection}} [options] */
async function opened({ storage = new MemoryStorage(), Channel = null, connection = new FakeConnection() } = {}) {
  const clock = new FakeClock();
  const outbox = new Outbox({
    user: "u1",
    connection: /** @type {any} */ (connection),
    storage,
    clock,
    random: () => 0.5,
    Channel,
  });
  /** @type {any[]} */
  const answered = [];
  outbox.on("answered", (pending, stored, ms) => answered.push([pending.cid, stored.o, ms]));
  await outbox.start();
  return {
    outbox,
    connection,
    clock,
    storage,
    answered,
    states: (room = "lounge") => outbox.pending(room).map(({ state }) => state),
  };
}

/** @param {Outbox} outbox @param {string} text @param {string} [room] */
const post = (outbox, text, room = "lounge") => outbox.add("message.post", { room, text });
/** @param {FakeConnection} connection */
const texts = (connection) => connection.requests.map(({ params }) => params.text);
/** @param {FakeConnection} connection */
const cids = (connection) => connection.requests.map(({ params }) => params.cid);

test("request is listed at once, with its cid in the params", async () => {
  const { outbox } = await opened();
  const pending = post(outbox, "hello");
  assert.deepEqual(outbox.pending("lounge"), [pending]);
  assert.deepEqual(pending.params, { room: "lounge", text: "hello", cid: pending.cid });
});

test("request is stored before it is sent", async () => {
  const storage = new MemoryStorage();
  /** @type {(() => void)[]} */
  const writes = [];
  const slow = {
    all: () => storage.all(),
    remove: (/** @type {string} */ cid) => storage.remove(cid),
    put: (/** @type {PendingRequest} */ pending) =>
      new Promise((/** @type {(value: void | Promise<void>) => void} */ resolve) =>
        writes.push(() => resolve(storage.put(pending))),
      ),
  };
  const { outbox, connection } = await opened({ storage: slow });
  post(outbox, "hello");
  await connection.greets();
  assert.equal(connection.requests.length, 0);
  writes[0]();
  await settle();
  assert.equal(connection.requests.length, 1);
});

test("full disk does not prevent sending", async () => {
  const full = { all: async () => [], remove: async () => {}, put: async () => assert.fail("quota") };
  const { outbox, connection } = await opened({ storage: full });
  post(outbox, "hello");
  await settle();
  assert.deepEqual(texts(connection), ["hello"]);
});

test("next page sends what a page stored and did not send", async () => {
  const storage = new MemoryStorage();
  const offline = new FakeConnection();
  offline.state = { name: "connecting" };
  const before = await opened({ storage, connection: offline });
  const pending = post(before.outbox, "hello");
  await settle();
  const { connection, states } = await opened({ storage });
  assert.deepEqual(states(), ["sending"]);
  assert.deepEqual(cids(connection), [pending.cid]);
});

test("next page sends again under the same cid what was not answered", async () => {
  const storage = new MemoryStorage();
  const before = await opened({ storage });
  post(before.outbox, "hello");
  await settle();
  const { connection, outbox } = await opened({ storage });
  assert.deepEqual(cids(connection), cids(before.connection));
  await connection.requests[0].answer(STORED);
  assert.deepEqual([outbox.pending("lounge"), await storage.all()], [[], []]);
});

test("request with a lost answer is sent again under the same cid and posted once", async () => {
  const { outbox, connection, answered } = await opened();
  const { cid } = post(outbox, "hello");
  await settle();
  await connection.closes();
  await connection.greets();
  await connection.requests[1].answer(STORED);
  assert.deepEqual(cids(connection), [cid, cid]);
  assert.deepEqual(
    answered.map(([cid, o]) => [cid, o]),
    [[cid, 51]],
  );
});

test("answer tells how long storing took", async () => {
  const { outbox, connection, clock, answered } = await opened();
  post(outbox, "hello");
  await settle();
  await clock.advance(4);
  await connection.requests[0].answer(STORED);
  assert.equal(answered[0][2], 4);
});

test("outbox sends one request a room at a time, in order, and rooms do not wait for each other", async () => {
  const { outbox, connection } = await opened();
  for (const text of ["1", "2", "3"]) post(outbox, text);
  post(outbox, "elsewhere", "chess");
  await settle();
  assert.deepEqual(texts(connection), ["1", "elsewhere"]);
  await connection.requests[0].answer(STORED);
  await connection.requests[2].answer(STORED);
  assert.deepEqual(texts(connection), ["1", "elsewhere", "2", "3"]);
});

test("order survives a reload, also within one millisecond", async () => {
  const storage = new MemoryStorage();
  const offline = new FakeConnection();
  offline.state = { name: "connecting" };
  const before = await opened({ storage, connection: offline });
  for (let i = 0; i < 20; i += 1) post(before.outbox, `${i}`);
  await settle();
  const shuffled = {
    ...storage,
    all: async () => (await storage.all()).reverse(),
    put: async () => {},
    remove: async () => {},
  };
  const { outbox, connection } = await opened({ storage: shuffled });
  post(outbox, "20");
  await connection.greets();
  assert.deepEqual(
    outbox.pending("lounge").map(({ params }) => params.text),
    Array.from({ length: 21 }, (_, i) => `${i}`),
  );
});

test("request whose event arrived is done and not repeated", async () => {
  const { outbox, connection, storage, states } = await opened();
  const { cid } = post(outbox, "hello");
  await settle();
  outbox.seen(cid);
  assert.deepEqual(states(), []);
  await connection.closes();
  await connection.greets();
  assert.equal(connection.requests.length, 1);
  assert.deepEqual(await storage.all(), []);
});

test("next request waits for the answer when the event came first", async () => {
  const { outbox, connection, answered } = await opened();
  const { cid } = post(outbox, "1");
  post(outbox, "2");
  await settle();
  outbox.seen(cid);
  await settle();
  assert.deepEqual(texts(connection), ["1"]);
  await connection.requests[0].answer(STORED);
  assert.deepEqual(texts(connection), ["1", "2"]);
  assert.equal(answered[0][0], cid);
});

test("events of others cost nothing", async () => {
  const { outbox, states, storage } = await opened();
  storage.remove = async () => assert.fail("not an entry");
  post(outbox, "hello");
  outbox.seen("cid-of-another");
  outbox.seen(null);
  outbox.seen(undefined);
  assert.equal(states().length, 1);
});

test('error "too fast" delays the room as long as the server says', async () => {
  const { outbox, connection, clock } = await opened();
  /** @type {any[]} */
  const slowed = [];
  outbox.on("slowed", (room, ms) => slowed.push([room, ms]));
  post(outbox, "1");
  post(outbox, "2");
  await settle();
  await connection.requests[0].refuse({
    code: 429,
    message: "too fast",
    data: { type: "too_fast", status: 429, retry_after_ms: 900 },
  });
  assert.deepEqual(slowed, [["lounge", 900]]);
  await clock.advance(899);
  assert.deepEqual(texts(connection), ["1"]);
  await clock.advance(1);
  assert.deepEqual(texts(connection), ["1", "1"]);
  await connection.requests[1].answer(STORED);
  assert.deepEqual(texts(connection), ["1", "1", "2"]);
});

for (const code of [401, 429, 503, 504]) {
  test(`error ${code} is temporary and retried without end`, async () => {
    const { outbox, connection, clock, states } = await opened();
    post(outbox, "hello");
    await settle();
    for (let i = 0; i < 10; i += 1) {
      await connection.requests[i].refuse({ code, message: "later" });
      assert.deepEqual(states(), ["waiting"]);
      await clock.advance(20_000);
    }
    assert.equal(new Set(cids(connection)).size, 1);
  });
}

test("exceeded quota fails at once", async () => {
  const { outbox, connection, states } = await opened();
  post(outbox, "/play");
  await settle();
  await connection.requests[0].refuse({
    code: 429,
    message: "quota",
    data: { type: "quota", status: 429, retry_after_ms: 86_000_000 },
  });
  assert.deepEqual(states(), ["failed"]);
});

for (const code of [400, 403, 404, 409, 422, -32602]) {
  test(`error ${code} is final, with its problem, and the next request goes on`, async () => {
    const { outbox, connection, states } = await opened();
    post(outbox, "1");
    post(outbox, "2");
    await settle();
    const data = { type: "why", status: code };
    await connection.requests[0].refuse({ code, message: "no", data });
    assert.deepEqual(states(), ["failed", "sending"]);
    assert.deepEqual(outbox.pending("lounge")[0].problem, data);
    assert.deepEqual(texts(connection), ["1", "2"]);
  });
}

test("failure is told once, and not again on a reload", async () => {
  const storage = new MemoryStorage();
  const before = await opened({ storage });
  /** @type {PendingRequest[]} */
  const told = [];
  before.outbox.on("failed", (pending) => told.push(pending));
  post(before.outbox, "hello");
  await settle();
  await before.connection.requests[0].refuse({ code: 503, message: "busy" });
  assert.equal(told.length, 0);
  await before.clock.advance(20_000);
  await before.connection.requests[1].refuse(FORBIDDEN);
  assert.deepEqual(told, before.outbox.pending("lounge"));
  const { outbox } = await opened({ storage });
  outbox.on("failed", (pending) => told.push(pending));
  await settle();
  assert.equal(told.length, 1);
});

test("failed request survives a reload and is sent again only by a retry", async () => {
  const storage = new MemoryStorage();
  const before = await opened({ storage });
  const { cid } = post(before.outbox, "hello");
  await settle();
  await before.connection.requests[0].refuse(FORBIDDEN);
  const { outbox, connection, states } = await opened({ storage });
  assert.deepEqual(states(), ["failed"]);
  assert.deepEqual(outbox.pending("lounge")[0].problem, FORBIDDEN.data);
  await connection.greets();
  assert.equal(connection.requests.length, 0);
  outbox.retry(cid);
  await settle();
  assert.deepEqual(cids(connection), [cid]);
  assert.equal(outbox.pending("lounge")[0].problem, null);
});

test("request that ended in two closes fails, also over a reload, and the next goes on", async () => {
  const storage = new MemoryStorage();
  const before = await opened({ storage });
  post(before.outbox, "poison");
  await settle();
  await before.connection.closes();
  const { outbox, connection, states } = await opened({ storage });
  post(outbox, "after");
  await settle();
  await connection.closes();
  assert.deepEqual(states(), ["failed", "waiting"]);
  assert.equal(outbox.pending("lounge")[0].problem?.type, "connection_lost");
  await connection.greets();
  assert.deepEqual(texts(connection), ["poison", "after"]);
});

test("retry may be lost once more", async () => {
  const { outbox, connection, states } = await opened();
  const { cid } = post(outbox, "hello");
  await settle();
  for (let i = 0; i < 2; i += 1) {
    await connection.closes();
    await connection.greets();
  }
  assert.deepEqual(states(), ["failed"]);
  outbox.retry(cid);
  await settle();
  await connection.closes();
  assert.deepEqual(states(), ["waiting"]);
});

test("close by this side does not count as a loss", async () => {
  const { outbox, connection, states } = await opened();
  post(outbox, "hello");
  await settle();
  for (let i = 0; i < 5; i += 1) {
    await connection.closes(1000);
    await connection.greets();
  }
  assert.deepEqual(states(), ["sending"]);
});

test("internal error is retried once, then fails", async () => {
  const { outbox, connection, clock, states } = await opened();
  post(outbox, "hello");
  await settle();
  await connection.requests[0].refuse({ code: 500, message: "internal" });
  assert.deepEqual(states(), ["waiting"]);
  await clock.advance(20_000);
  await connection.requests[1].refuse({ code: 500, message: "internal" });
  assert.deepEqual(states(), ["failed"]);
});

test("retry of a request on its way changes nothing", async () => {
  const { outbox, states } = await opened();
  const { cid } = post(outbox, "hello");
  await settle();
  outbox.retry(cid);
  await settle();
  assert.deepEqual(states(), ["sending"]);
});

test("outbox sends nothing and fails nothing without a connection", async () => {
  const connection = new FakeConnection();
  connection.state = { name: "waiting" };
  const { outbox, states } = await opened({ connection });
  post(outbox, "1");
  await settle();
  assert.deepEqual([connection.requests, states()], [[], ["waiting"]]);
  await connection.greets();
  assert.deepEqual(texts(connection), ["1"]);
});

test("removed request does not come back", async () => {
  const { outbox, connection, storage } = await opened();
  post(outbox, "1");
  await settle();
  await connection.requests[0].refuse(FORBIDDEN);
  outbox.remove(outbox.pending("lounge")[0].cid);
  await connection.greets();
  assert.deepEqual([outbox.pending("lounge"), await storage.all()], [[], []]);
});

test("request answered or removed in one tab disappears in the other", async () => {
  const shared = { storage: new MemoryStorage(), Channel: channels() };
  const offline = new FakeConnection();
  offline.state = { name: "connecting" };
  const one = await opened({ ...shared, connection: offline });
  post(one.outbox, "1");
  const second = post(one.outbox, "2");
  await settle();
  const two = await opened(shared);
  await two.connection.requests[0].answer(STORED);
  assert.deepEqual(
    one.outbox.pending("lounge").map(({ cid }) => cid),
    [second.cid],
  );
  one.outbox.remove(second.cid);
  assert.deepEqual(two.states(), []);
});

test("open tab sends the requests of a closed one", async () => {
  const shared = { storage: new MemoryStorage(), Channel: channels() };
  const stays = await opened(shared);
  const offline = new FakeConnection();
  offline.state = { name: "connecting" };
  const closes = await opened({ ...shared, connection: offline });
  const { cid } = post(closes.outbox, "hello");
  await settle();
  closes.outbox.stop();
  await stays.connection.greets();
  assert.deepEqual(cids(stays.connection), [cid]);
});

test("request that was answered while the storage was read does not come back", async () => {
  const storage = new MemoryStorage();
  /** @type {(() => void)[]} */
  const reads = [];
  const slow = {
    put: (/** @type {PendingRequest} */ pending) => storage.put(pending),
    remove: (/** @type {string} */ cid) => storage.remove(cid),
    all: async () => {
      const all = await storage.all();
      return new Promise((/** @type {(all: PendingRequest[]) => void} */ resolve) => reads.push(() => resolve(all)));
    },
  };
  const opening = opened({ storage: slow });
  await settle();
  reads[0]();
  const { outbox, connection, states } = await opening;
  post(outbox, "hello");
  await settle();
  await connection.greets();
  await connection.requests[0].answer(STORED);
  reads[1]();
  await settle();
  assert.deepEqual(states(), []);
});

test("method without a room has a queue of its own", async () => {
  const { outbox, connection } = await opened();
  outbox.add("room.create", { name: "Chess", topic: "", public: true });
  await settle();
  assert.equal(connection.requests[0].method, "room.create");
  assert.equal(outbox.pending("").length, 1);
});

test("change is told with its room", async () => {
  const { outbox, connection } = await opened();
  /** @type {string[]} */
  const changed = [];
  outbox.on("changed", (room) => changed.push(room));
  post(outbox, "hello", "chess");
  await settle();
  await connection.requests[0].answer(STORED);
  assert.deepEqual(new Set(changed), new Set(["chess"]));
  assert.equal(changed.length, 3);
});

test("memory replaces IndexedDB where it is absent", async () => {
  assert.ok((await openStorage("u1")) instanceof MemoryStorage);
});
