import assert from "node:assert/strict";
import { test } from "node:test";

import { moved } from "../../../../static/chat/state/emoji_grid.js";

/** Two groups, of five and of two cells, in rows of three. */
const go = (/** @type {number} */ group, /** @type {number} */ index, /** @type {string} */ key) => {
  const goal = moved([5, 2], 3, { group, index }, key);
  return goal && [goal.group, goal.index];
};

test("arrow keys move within a group and on to the next one", () => {
  assert.deepEqual(go(0, 4, "ArrowRight"), [1, 0]);
  assert.deepEqual(go(1, 0, "ArrowLeft"), [0, 4]);
  assert.deepEqual(go(0, 1, "ArrowDown"), [0, 4]);
  assert.deepEqual(go(0, 2, "ArrowDown"), [0, 4]);
  assert.deepEqual(go(0, 4, "ArrowDown"), [1, 1]);
  assert.deepEqual(go(1, 1, "ArrowUp"), [0, 4]);
  assert.deepEqual(go(0, 4, "ArrowUp"), [0, 1]);
});

test("Home and End move within the row", () => {
  assert.deepEqual(go(0, 4, "Home"), [0, 3]);
  assert.deepEqual(go(0, 3, "End"), [0, 4]);
  assert.deepEqual(go(0, 0, "End"), [0, 2]);
});

test("keys that lead out of the grid and other keys move nothing", () => {
  for (const [group, index, key] of /** @type {[number, number, string][]} */ ([
    [0, 0, "ArrowUp"],
    [0, 0, "ArrowLeft"],
    [1, 1, "ArrowRight"],
    [1, 0, "ArrowDown"],
    [0, 0, "a"],
  ]))
    assert.equal(go(group, index, key), null);
});
