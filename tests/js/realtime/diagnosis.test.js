import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../static/realtime/diagnosis.js";
import { FakeClock, settle } from "../fakes.js";

/** @param {number} status @param {object} [body] @returns {any} */
const answering =
  (status, body = {}) =>
  async () => ({ ok: status < 400, status, json: async () => body });
const online = () => true;

test("cause is offline when the browser says so, and nothing is requested", async () => {
  assert.equal(await diagnose({ fetch: assert.fail, online: () => false }), "offline");
});

test("cause is a blocked WebSocket when HTTP passes", async () => {
  assert.equal(await diagnose({ fetch: answering(200, { origin: true }), online }), "blocked");
});

test("cause is the address of the page when the server refuses it", async () => {
  assert.equal(await diagnose({ fetch: answering(200, { origin: false }), online }), "origin");
  assert.equal(await diagnose({ fetch: answering(400), online }), "origin");
});

test("cause is the server when it is away, broken or silent", async () => {
  const clock = new FakeClock();
  /** @type {any} */
  const silent = (/** @type {string} */ _, /** @type {{signal: AbortSignal}} */ { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", reject));
  assert.equal(await diagnose({ fetch: answering(502), online }), "away");
  assert.equal(await diagnose({ fetch: () => Promise.reject(new TypeError()), online }), "away");
  const asked = diagnose({ fetch: silent, online, clock });
  await settle();
  await clock.advance(5_000);
  assert.equal(await asked, "away");
});
