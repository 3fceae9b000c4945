import assert from "node:assert/strict";
import { test } from "node:test";
import { PageVisibility } from "../../../static/realtime/page_visibility.js";
import { FakeClock, FakeConnection } from "../fakes.js";

/** @param {{hiddenAfterMs?: number, hidden?: boolean, stays?: () => boolean}} [options] */
function opened({ hiddenAfterMs, hidden = false, stays } = {}) {
  const clock = new FakeClock();
  const connection = new FakeConnection();
  const document = { visibilityState: hidden ? "hidden" : "visible" };
  const page = Object.assign(new EventTarget(), { document });
  /** @type {boolean[]} */
  const told = [];
  const notify = (/** @type {string} */ method, /** @type {any} */ { visible }) =>
    told.push(method === "session.seen" && visible);
  new PageVisibility(/** @type {any} */ (Object.assign(connection, { notify })), {
    page,
    clock,
    hiddenAfterMs,
    stays,
  }).start();
  const becomes = (/** @type {string} */ state) => {
    document.visibilityState = state;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  return { clock, connection, told, becomes };
}

test("page tells that it is hidden after five seconds, and at once that it is visible", async () => {
  const { clock, told, becomes } = opened();
  becomes("hidden");
  await clock.advance(4_999);
  assert.deepEqual(told, []);
  await clock.advance(1);
  assert.deepEqual(told, [false]);
  becomes("visible");
  assert.deepEqual(told, [false, true]);
});

test("page that is hidden for a moment tells nothing", async () => {
  const { clock, told, becomes } = opened();
  becomes("hidden");
  await clock.advance(4_000);
  becomes("visible");
  await clock.advance(60_000);
  assert.deepEqual(told, []);
});

test("new connection is told while the page is hidden, and only then", async () => {
  const { clock, connection, told, becomes } = opened();
  await connection.greets();
  assert.deepEqual(told, []);
  becomes("hidden");
  await clock.advance(5_000);
  await connection.greets();
  assert.deepEqual(told, [false, false]);
  becomes("visible");
  await connection.greets();
  assert.deepEqual(told, [false, false, true]);
});

test("page opened behind another is hidden, too", async () => {
  const { clock, told } = opened({ hidden: true });
  await clock.advance(5_000);
  assert.deepEqual(told, [false]);
});

test("page stays visible while its person is expected back", async () => {
  let seated = true;
  for (const hiddenAfterMs of [undefined, 0]) {
    seated = true;
    const { clock, told, becomes } = opened({ hiddenAfterMs, stays: () => seated });
    becomes("hidden");
    await clock.advance(60_000);
    assert.deepEqual(told, []);
    seated = false;
    await clock.advance(5_000);
    assert.deepEqual(told, [false]);
    becomes("visible");
    assert.deepEqual(told, [false, true]);
  }
});

test("phone tells at once, before its page is put to sleep", () => {
  const { told, becomes } = opened({ hiddenAfterMs: 0 });
  becomes("hidden");
  assert.deepEqual(told, [false]);
});
