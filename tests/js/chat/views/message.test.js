/** Messages whose card is unknown or fails. */

/** @import {Card} from "../../../../static/chat/client/plugs.js" */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { fakePage } from "../../fakes.js";

fakePage();
const { cardDepends, paintCard } = await import("../../../../static/chat/views/message.js");
const { emptyRoom } = await import("../../../../static/chat/state/store.js");

const AUTHOR = { name: "Ana", face: "", colour: 1, rev: 1 };
const state = emptyRoom("ana");

/** @param {string} kind @param {Record<string, Card>} cards @returns {any[]} what stands in the body of the message */
function painted(kind, cards) {
  const body = {
    children: [""],
    className: "",
    replaceChildren: (/** @type {any[]} */ ...nodes) => (body.children = nodes),
  };
  const message = /** @type {any} */ ({ o: 1, kind, data: {} });
  const view = {
    item: { key: "o1", message, pending: null },
    blocked: false,
    blockedPeople: new Set(),
    state,
    cards,
    grouped: false,
    now: 0,
    uploads: /** @type {any} */ (null),
  };
  paintCard(/** @type {any} */ (body), message, AUTHOR, view);
  return body.children.map((/** @type {any} */ node) => node.textContent ?? node);
}

test("card of a plug is painted", () => {
  const paint = (/** @type {any} */ body) => body.replaceChildren("a poll");
  assert.deepEqual(painted("poll", { poll: { paint } }), ["a poll"]);
});

test("card that fails or is unknown says so", () => {
  const report = mock.method(console, "error", () => undefined);
  const fails = () => assert.fail("broken plug");
  assert.deepEqual(painted("poll", { poll: { paint: fails } }), ["card.broken"]);
  assert.equal(report.mock.callCount(), 1);
  assert.deepEqual(painted("poll", {}), ["card.broken"]);
  assert.deepEqual(
    cardDepends(/** @type {any} */ ({ kind: "poll" }), state, { poll: { paint: fails, depends: fails } }),
    [],
  );
  assert.equal(report.mock.callCount(), 2);
  report.mock.restore();
});
