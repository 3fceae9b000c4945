import assert from "node:assert/strict";
import { test } from "node:test";
import { Pages } from "../../../../static/chat/client/pages.js";
import { emptyRoom } from "../../../../static/chat/state/store.js";
import { FakeConnection, settle } from "../../fakes.js";

/** Return a client in the middle of a room. */
function client() {
  const connection = new FakeConnection();
  /** @type {any[]} */
  const actions = [];
  const state = { ...emptyRoom("me"), room: { key: "r" }, after: true };
  /** @type {(() => void)[]} */
  const waiting = [];
  const ready = () =>
    connection.state.name === "ready"
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push(() => resolve(undefined)));
  const back = () => {
    connection.state = { name: "ready" };
    for (const resolve of waiting.splice(0)) resolve();
    return settle();
  };
  const dispatch = (/** @type {string} */ _, /** @type {any} */ action) => actions.push(action.type);
  return { shown: "r", connection, actions, state: () => state, ready, back, dispatch, on: () => () => undefined };
}

test("newest messages are asked for again when the connection was lost before it was known to be", async () => {
  const all = client();
  const asked = new Pages(/** @type {any} */ (all)).newest();
  await settle();
  all.connection.state = { name: "waiting" };
  await all.connection.requests[0].lose();
  assert.deepEqual(all.actions, ["pageAsked", "pageFailed"]);
  await all.back();
  await all.connection.requests[1].answer({ lines: [] });
  await asked;
  assert.deepEqual(all.actions.slice(2), ["pageAsked", "page"]);
});

test("newest messages are not asked for again when they are refused or another room is looked at", async () => {
  const refused = client();
  const first = new Pages(/** @type {any} */ (refused)).newest();
  await settle();
  await refused.connection.requests[0].refuse({
    code: 404,
    message: "no such room",
    data: { type: "not_found", status: 404 },
  });
  await first;
  assert.equal(refused.connection.requests.length, 1);
  const left = client();
  const second = new Pages(/** @type {any} */ (left)).newest();
  await settle();
  left.shown = "another";
  left.connection.state = { name: "waiting" };
  await left.connection.requests[0].lose();
  await second;
  assert.equal(left.connection.requests.length, 1);
});
