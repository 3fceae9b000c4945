/** What is said when the line is back. */

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

test("nothing is lost when what was missed is replayed and all that waits can still be sent", () => {
  assert.equal(isWhole(opening("replay"), []), true);
  assert.equal(isWhole(opening("replay"), [pending("waiting"), pending("sending")]), true);
});

test("with a line that could not be sent it is not said that nothing is lost", () => {
  assert.equal(isWhole(opening("replay"), [pending("waiting"), pending("failed")]), false);
});

test("after a snapshot it is not known: a backup may have been restored", () => {
  assert.equal(isWhole(opening("snapshot"), []), false);
});
