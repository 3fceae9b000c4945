/** Favourites: how often and how lately an emoji was used. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { EmojiUsage } from "../../../../static/chat/client/emoji_usage.js";
import { FIRST_EMOJI, mostUsed, usesOf, withUse } from "../../../../static/chat/state/favourites.js";

test("quick row has the six for everybody until other emoji were used", () => {
  assert.deepEqual(mostUsed([], 6), FIRST_EMOJI);
  assert.deepEqual(mostUsed(withUse([], "🐙"), 6), ["🐙", ...FIRST_EMOJI.slice(0, 5)]);
  assert.deepEqual(mostUsed(withUse([], "🎉"), 6), ["🎉", ...FIRST_EMOJI.filter((emoji) => emoji !== "🎉")]);
});

test("emoji used often come before one used last, until it is used more", () => {
  let uses = usesOf([]);
  for (const emoji of ["🐙", "🐙", "🐙", "🦦"]) uses = withUse(uses, emoji);
  assert.deepEqual(mostUsed(uses, 2), ["🐙", "🦦"]);
  for (let n = 0; n < 4; n += 1) uses = withUse(uses, "🦦");
  assert.deepEqual(mostUsed(uses, 2), ["🦦", "🐙"]);
});

test("few uses are kept, and what is stored may be broken", () => {
  let uses = usesOf("no list");
  for (let n = 0; n < 100; n += 1) uses = withUse(uses, `e${n}`);
  assert.equal(uses.length, 30);
  assert.deepEqual(usesOf([["🐙", 1], ["🦦"], 3, null, ["a", "b"]]), [["🐙", 1]]);
});

test("usage is stored for one person, and a full or broken storage is no error", () => {
  /** @type {Record<string, string>} */
  const stored = {};
  const storage = /** @type {any} */ ({
    getItem: (/** @type {string} */ key) => stored[key] ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => {
      if (value.includes("🚫")) throw new Error("full");
      stored[key] = value;
    },
  });
  new EmojiUsage({ user: "ana", storage }).use("🐙");
  new EmojiUsage({ user: "ana", storage }).use("🚫");
  assert.equal(new EmojiUsage({ user: "ana", storage }).most(6)[0], "🐙");
  assert.equal(new EmojiUsage({ user: "ben", storage }).most(6)[0], FIRST_EMOJI[0]);
  for (const key of Object.keys(stored)) stored[key] = "{";
  assert.equal(new EmojiUsage({ user: "ana", storage }).most(6)[0], FIRST_EMOJI[0]);
});
