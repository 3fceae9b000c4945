/** Cards of chance show what the server has drawn. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePage } from "../../fakes.js";

fakePage();
const { paintFlip } = await import("../../../../static/game/views/chance.js");

/** @param {{side: "heads" | "tails"}} data @returns {string} the key of the text */
function painted(data) {
  const body = { textContent: "" };
  paintFlip(/** @type {any} */ (body), data);
  return body.textContent;
}

test("flip shows the side of the coin", () => {
  assert.equal(painted({ side: "heads" }), "chance.heads");
  assert.equal(painted({ side: "tails" }), "chance.tails");
});
