import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../../static/realtime/connection.js";
import { ConnectionLost, RequestError } from "../../../static/realtime/protocol.js";
import { FakeClock, fakeNetwork, settle } from "../fakes.js";

const GREETING = {
  v: 1,
  user: { id: "u1" },
  token: "fresh",
  now: 5_000_000,
  ping_ms: 20_000,
  limits: {},
  rooms: [],
  opened: {},
};
const ROOMS = { lounge: { o: 7, t: 11 } };

/** @param {Partial<import("../../../static/realtime/types.js").ConnectionOptions>} [options] */
function made(options = {}) {
  const clock = new FakeClock();
  const page = Object.assign(new EventTarget(), { document: { visibilityState: "visible" } });
  const { WebSocket, sockets } = fakeNetwork();
  const hello = () => ({ v: 1, token: "old", rooms: ROOMS });
  const refreshToken = async () => "renewed";
  const connection = new Connection({
    url: "ws://here/ws/",
    hello,
    refreshToken,
    WebSocket,
    clock,
    page,
    random: () => 0.5,
    ...options,
  });
  /** @type {string[]} */
  const states = [];
  connection.on("stateChanged", ({ name }) => states.push(name));
  const last = () => sockets[sockets.length - 1];
  return { connection, clock, page, sockets, states, last };
}

/** @param {Partial<import("../../../static/realtime/types.js").ConnectionOptions>} [options] */
async function ready(options) {
  const all = made(options);
  all.connection.start();
  await greeted(all);
  return all;
}

/** @param {ReturnType<typeof made>} all */
async function greeted({ last }) {
  await last().open();
  await last().answers(GREETING);
}

/** @param {EventTarget} page @param {string} type @param {object} [more] */
async function happens(page, type, more = {}) {
  page.dispatchEvent(Object.assign(new Event(type), more));
  await settle();
}

test("hello comes first, and the connection is ready only when it is answered", async () => {
  const { connection, last, states } = made();
  connection.start();
  await last().open();
  assert.deepEqual(last().sent, [
    { jsonrpc: "2.0", id: 1, method: "session.hello", params: { v: 1, token: "old", rooms: ROOMS } },
  ]);
  assert.equal(connection.state.name, "greeting");
  await assert.rejects(connection.request("room.list", {}), ConnectionLost);
  await last().answers(GREETING);
  assert.deepEqual(states, ["connecting", "greeting", "ready"]);
});

test('request is allowed in listeners of "greeted"', async () => {
  const all = made();
  all.connection.on("greeted", () => void all.connection.request("room.list", {}));
  all.connection.start();
  await greeted(all);
  assert.equal(all.last().sent.at(-1).method, "room.list");
});

test("answers find their requests, in whatever order they come", async () => {
  const { connection, last } = await ready();
  const first = connection.request("room.list", {});
  const second = connection.request("people.read", { ids: [] });
  await settle();
  await last().answers({ b: 2 }, -1);
  await last().answers({ a: 1 }, -2);
  assert.deepEqual([await first, await second], [{ a: 1 }, { b: 2 }]);
});

test("error rejects with its code and its problem", async () => {
  const { connection, last } = await ready();
  const request = connection.request("message.post", {});
  await settle();
  const data = { type: "too_fast", status: 429, retry_after_ms: 400 };
  const refused = assert.rejects(request, (error) => {
    assert.ok(error instanceof RequestError);
    assert.deepEqual([error.code, error.type, error.data], [429, "too_fast", data]);
    return true;
  });
  await last().refuses({ code: 429, message: "too fast", data });
  await refused;
});

test("requests on their way are lost with the connection, with its code", async () => {
  const { connection, last } = await ready();
  const lost = assert.rejects(connection.request("message.post", {}), { name: "ConnectionLost", code: 1006 });
  await settle();
  await last().closes(1006);
  await lost;
});

test("request without an answer ends after ten seconds, and a ping follows", async () => {
  const { connection, clock, last } = await ready();
  const timedOut = assert.rejects(connection.request("message.post", {}), { code: 504, type: "timeout" });
  await clock.advance(9_999);
  assert.equal(last().sent.at(-1).method, "message.post");
  await clock.advance(1);
  await timedOut;
  assert.equal(last().sent.at(-1).method, "session.ping");
});

test("ping of the server is answered with the applied offsets", async () => {
  const { last } = await ready();
  await last().says({ id: "p1", method: "session.ping", params: {} });
  assert.deepEqual(last().sent.at(-1), { jsonrpc: "2.0", id: "p1", result: { rooms: { lounge: 7 } } });
});

test("other requests of the server are refused", async () => {
  const { last } = await ready();
  await last().says({ id: "x", method: "session.dance", params: {} });
  assert.equal(last().sent.at(-1).error.code, -32601);
});

test("notifications are told, the bye is kept", async () => {
  const { connection, last } = await ready();
  /** @type {string[]} */
  const told = [];
  connection.on("notified", ({ method }) => told.push(method));
  await last().says({ method: "room.event", params: {} });
  await last().says({ method: "session.bye", params: { code: 4103, reason: "draining", retry_after_ms: 1 } });
  assert.deepEqual(told, ["room.event"]);
});

test("connection sends a ping after a silence, and reconnects without an answer", async () => {
  const { connection, clock, sockets } = await ready();
  await clock.advance(30_999);
  assert.equal(sockets[0].sent.length, 1);
  await clock.advance(1);
  assert.equal(sockets[0].sent.at(-1).method, "session.ping");
  await clock.advance(4_000);
  assert.equal(sockets[0].closedWith, 1000);
  assert.equal(connection.state.name, "waiting");
  await clock.advance(500);
  assert.equal(sockets.length, 2);
});

test("closed connection delivers nothing more", async () => {
  const { connection, clock, sockets, states } = await ready();
  await clock.advance(35_500);
  await sockets[0].says({ method: "session.bye", params: { code: 4501, reason: "login_ended" } });
  await sockets[0].closes(4501);
  assert.equal(connection.state.name, "connecting");
  assert.equal(states.at(-1), "connecting");
});

test("every frame is a sign of life, also an error to the ping", async () => {
  const { connection, clock, last, sockets } = await ready();
  await clock.advance(30_000);
  await last().says({ method: "room.signal", params: {} });
  await clock.advance(30_000);
  assert.equal(last().sent.length, 1);
  await clock.advance(1_000);
  await last().refuses({ code: -32601, message: "unknown method" });
  await clock.advance(10_000);
  assert.equal(connection.state.name, "ready");
  assert.equal(sockets.length, 1);
});

for (const [type, more] of /** @type {[string, object][]} */ ([
  ["visibilitychange", {}],
  ["online", {}],
  ["pageshow", { persisted: false }],
])) {
  test(`event ${type} sends a ping at once`, async () => {
    const { clock, page, last, sockets } = await ready();
    await happens(page, type, more);
    await happens(page, type, more);
    assert.deepEqual(
      last()
        .sent.slice(1)
        .map(({ method }) => method),
      ["session.ping"],
    );
    await clock.advance(4_500);
    assert.equal(sockets.length, 2);
  });

  test(`event ${type} ends the waiting`, async () => {
    const { page, last, sockets } = await ready();
    await last().closes(1006);
    await happens(page, type, more);
    assert.equal(sockets.length, 2);
  });
}

test("page that is being hidden sends no ping", async () => {
  const { page, last } = await ready();
  page.document.visibilityState = "hidden";
  await happens(page, "visibilitychange");
  assert.equal(last().sent.length, 1);
});

test("page that is left closes cleanly and reconnects when it is restored", async () => {
  const { connection, clock, page, last, sockets } = await ready();
  const lost = assert.rejects(connection.request("message.post", {}), { name: "ConnectionLost", code: 1000 });
  await settle();
  await happens(page, "pagehide");
  await lost;
  assert.equal(last().closedWith, 1000);
  await clock.advance(60_000);
  assert.equal(sockets.length, 1);
  await happens(page, "pageshow", { persisted: true });
  assert.equal(sockets.length, 2);
});

test("state tells the time of the next attempt, and tryNow connects at once", async () => {
  const { connection, clock, last, sockets } = await ready();
  await last().closes(1006);
  assert.deepEqual(connection.state, { name: "waiting", retryAt: clock.now() + 250, failures: 1 });
  connection.tryNow();
  assert.equal(sockets.length, 2);
  connection.tryNow();
  assert.equal(sockets.length, 2, "one attempt at a time");
});

test("waits grow while hello fails, and a ready connection resets them after ten seconds", async () => {
  const all = await ready();
  const { connection, clock, last } = all;
  /** @type {number[]} */
  const waits = [];
  const fall = async () => {
    await last().closes(1006);
    const wait = (connection.state.retryAt ?? 0) - clock.now();
    waits.push(wait);
    await clock.advance(wait);
  };
  for (let i = 0; i < 3; i += 1) await fall();
  await greeted(all);
  await clock.advance(9_999);
  await fall();
  await greeted(all);
  await clock.advance(10_000);
  await fall();
  assert.deepEqual(waits, [250, 500, 1000, 1500, 250]);
});

test("flapping connection is tried at most twenty times in its first minute", async () => {
  const all = made();
  const { connection, clock, sockets, last } = all;
  connection.start();
  for (let second = 0; second < 60; second += 1) {
    const up = second % 5 < 3;
    if (up && connection.state.name === "connecting") await greeted(all);
    if (!up && connection.state.name !== "waiting") await last().closes(1006);
    await clock.advance(1_000);
  }
  assert.ok(sockets.length <= 20, `${sockets.length} attempts`);
});

test("bye tells when to reconnect", async () => {
  const { connection, clock, last } = await ready();
  await last().says({ method: "session.bye", params: { code: 4103, reason: "draining", retry_after_ms: 3_210 } });
  await last().closes(1006);
  assert.deepEqual(connection.state, { name: "waiting", retryAt: clock.now() + 3_210, failures: 1 });
});

for (const code of [4500, 4501, 4503, 4513, 4526, 4999]) {
  test(`close code ${code} ends the connection`, async () => {
    const { connection, clock, page, last, sockets, states } = await ready();
    /** @type {object[]} */
    const stopped = [];
    connection.on("stopped", (fact) => stopped.push(fact));
    await last().says({ method: "session.bye", params: { code, reason: "why" } });
    await last().closes(code);
    connection.tryNow();
    await happens(page, "online");
    await clock.advance(600_000);
    assert.deepEqual(connection.state, { name: "stopped", code, reason: "why" });
    assert.deepEqual(stopped, [{ code, reason: "why" }]);
    assert.equal(states.at(-1), "stopped");
    assert.equal(sockets.length, 1);
  });
}

for (const code of [1000, 1001, 1006, 1009, 1011, 4000, 4008, 4029, 4103, 4107, 4499]) {
  test(`close code ${code} leads to a reconnect`, async () => {
    const { clock, last, sockets } = await ready();
    await last().closes(code);
    await clock.advance(250);
    assert.equal(sockets.length, 2);
  });
}

test("close code 4001 requests a token once, and the next hello brings it", async () => {
  const { connection, clock, last, sockets } = made();
  connection.start();
  await last().open();
  await last().closes(4001);
  await clock.advance(0);
  await last().open();
  assert.equal(last().sent[0].params.token, "renewed");
  await last().closes(4001);
  await clock.advance(600_000);
  assert.deepEqual(connection.state, { name: "stopped", code: 4001, reason: "token" });
  assert.equal(sockets.length, 2);
});

test("successful hello allows another renewal, and its token is the next one", async () => {
  let asked = 0;
  const all = await ready({ refreshToken: async () => `renewed ${++asked}` });
  const { clock, last } = all;
  await last().closes(1006);
  await clock.advance(500);
  await last().open();
  assert.equal(last().sent[0].params.token, "fresh");
  for (const round of [1, 2]) {
    await last().closes(4001);
    await clock.advance(0);
    await greeted(all);
    assert.equal(last().sent[0].params.token, `renewed ${round}`);
  }
});

test("connection stops without a login session", async () => {
  const { connection, last } = await ready({ refreshToken: async () => null });
  await last().closes(4001);
  assert.deepEqual(connection.state, { name: "stopped", code: 4001, reason: "token" });
});

test("token that cannot be fetched now is requested again later", async () => {
  let asked = 0;
  const refreshToken = async () => (++asked < 3 ? assert.fail("no network") : "at last");
  const { connection, clock, last } = await ready({ refreshToken });
  await last().closes(4001);
  for (let i = 0; i < 2; i += 1) {
    assert.notEqual(connection.state.retryAt, undefined);
    await clock.advance(20_000);
    await last().open();
    await last().closes(4001);
  }
  await clock.advance(0);
  await last().open();
  assert.equal(last().sent[0].params.token, "at last");
});

test("token that arrives after stop connects nothing", async () => {
  /** @type {(token: string) => void} */
  let comes = () => {};
  const { connection, clock, last, sockets } = await ready({
    refreshToken: () => new Promise((resolve) => (comes = resolve)),
  });
  await last().closes(4001);
  connection.stop();
  comes("late");
  await settle();
  await clock.advance(60_000);
  assert.equal(sockets.length, 1);
});

test("connection waits while the token is fetched", async () => {
  const { connection, page, last, sockets } = await ready({ refreshToken: () => new Promise(() => {}) });
  await last().closes(4001);
  connection.tryNow();
  await happens(page, "online");
  assert.equal(sockets.length, 1);
});

test("hello that the server cannot take now is repeated when it asks for that", async () => {
  const { connection, clock, last } = made();
  connection.start();
  await last().open();
  await last().refuses({
    code: 503,
    message: "unavailable",
    data: { type: "unavailable", status: 503, retry_after_ms: 1_234 },
  });
  assert.deepEqual(connection.state, { name: "waiting", retryAt: clock.now() + 1_234, failures: 1 });
});

test("server that does not answer hello within ten seconds is given up", async () => {
  for (const opens of [true, false]) {
    const { connection, clock, last, sockets } = made();
    connection.start();
    if (opens) await last().open();
    await clock.advance(9_999);
    assert.equal(sockets.length, 1);
    await clock.advance(1_001);
    assert.equal(sockets[0].closedWith, 1000);
    assert.equal(sockets.length, 2);
  }
});

test("stop closes and nothing follows; start begins again", async () => {
  const { connection, clock, page, last, sockets } = await ready();
  connection.stop();
  assert.equal(last().closedWith, 1000);
  await happens(page, "online");
  await clock.advance(600_000);
  assert.equal(sockets.length, 1);
  await happens(page, "pageshow", { persisted: true });
  assert.equal(sockets.length, 1);
  connection.start();
  connection.start();
  assert.equal(sockets.length, 2);
});

test("notify sends without an id, and only on a good line", async () => {
  const { connection, last } = made();
  connection.start();
  await last().open();
  connection.notify("typing.set", { room: "lounge", typing: true });
  assert.equal(last().sent.length, 1);
  await last().answers(GREETING);
  connection.notify("typing.set", { room: "lounge", typing: true });
  assert.deepEqual(last().sent.at(-1), {
    jsonrpc: "2.0",
    method: "typing.set",
    params: { room: "lounge", typing: true },
  });
  const before = last().sent.length;
  await last().closes(1006);
  connection.notify("typing.set", { room: "lounge", typing: false });
  assert.equal(last().sent.length, before);
});

test("clock of the server is known from hello", async () => {
  const { connection, clock } = await ready();
  await clock.advance(1_500);
  assert.equal(connection.serverNow(), GREETING.now + 1_500);
});

test("path is resolved against the page, with its scheme", async (t) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, "location");
  t.after(() =>
    had ? Object.defineProperty(globalThis, "location", had) : Reflect.deleteProperty(globalThis, "location"),
  );
  for (const [href, url] of [
    ["https://parlor.example/r/x/", "wss://parlor.example/ws/"],
    ["http://10.0.0.7:8000/", "ws://10.0.0.7:8000/ws/"],
  ]) {
    Object.defineProperty(globalThis, "location", { value: { href }, configurable: true });
    const { connection, last } = made({ url: "/ws/" });
    connection.start();
    assert.equal(/** @type {any} */ (last()).url, url);
    assert.equal(/** @type {any} */ (last()).subprotocol, "parlor.v1");
  }
});

test("visible tab waits three seconds at most within a minute, then up to twenty", async () => {
  const { connection, clock, last } = made({ random: () => 1 });
  connection.start();
  const began = clock.now();
  /** @type {number[]} */
  const hurried = [];
  /** @type {number[]} */
  const later = [];
  while (later.length < 2) {
    await last().closes(1006);
    const wait = (connection.state.retryAt ?? 0) - clock.now();
    (clock.now() - began < 60_000 ? hurried : later).push(wait);
    await clock.advance(wait);
  }
  assert.equal(Math.max(...hurried), 3_000);
  assert.deepEqual(later, [20_000, 20_000]);
  assert.equal(connection.state.name, "connecting");
});

test("hidden tab waits longer, and failures are counted until hello succeeds", async () => {
  const all = made({ random: () => 1 });
  all.page.document.visibilityState = "hidden";
  all.connection.start();
  const failures = [];
  for (let wait = 0; wait < 8_000; ) {
    await all.last().closes(1006);
    failures.push(all.connection.state.failures);
    wait = (all.connection.state.retryAt ?? 0) - all.clock.now();
    await all.clock.advance(wait);
  }
  assert.deepEqual(failures, [1, 2, 3, 4, 5]);
  await greeted(all);
  await all.last().closes(1006);
  assert.equal(all.connection.state.failures, 1);
});

test('event "offline" of the browser sends a ping', async () => {
  const { page, last } = await ready();
  await happens(page, "offline");
  assert.equal(last().sent.at(-1).method, "session.ping");
});
