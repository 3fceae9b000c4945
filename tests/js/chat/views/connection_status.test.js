/** Connection status when the connection is back. */

/** @import {PendingRequest, SubscribeResult} from "../../../../static/realtime/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePage } from "../../fakes.js";

fakePage();
const { isWhole } = await import("../../../../static/chat/views/connection_status.js");

/** @param {SubscribeResult["mode"]} mode @returns {SubscribeResult} */
const opening = (mode) => ({ mode, head: { o: 9, t: 9, n: 9 }, presence: {}, here: 1 });
/** @param {PendingRequest["state"]} state @returns {PendingRequest} */
const pending = (state) => ({
  cid: "c",
  room: "r",
  method: "message.post",
  params: {},
  at: 0,
  losses: 0,
  state,
  problem: null,
});

test("connection status says that nothing is lost after a replay", () => {
  assert.equal(isWhole(opening("replay"), []), true);
  assert.equal(isWhole(opening("replay"), [pending("waiting"), pending("sending")]), true);
});

test("connection status does not say that nothing is lost with a failed message", () => {
  assert.equal(isWhole(opening("replay"), [pending("waiting"), pending("failed")]), false);
});

test("connection status does not say that nothing is lost after a snapshot", () => {
  assert.equal(isWhole(opening("snapshot"), []), false);
});
