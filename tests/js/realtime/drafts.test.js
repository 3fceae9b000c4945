import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../../static/realtime/drafts.js";

/** @param {Map<string, string>} [texts] */
function opened(texts = new Map(), full = false) {
  const page = new EventTarget();
  const setItem = (/** @type {string} */ key, /** @type {string} */ text) =>
    full ? assert.fail("quota") : texts.set(key, text);
  const storage = /** @type {any} */ ({
    setItem,
    getItem: (/** @type {string} */ key) => texts.get(key) ?? null,
    removeItem: (/** @type {string} */ key) => texts.delete(key),
  });
  const drafts = new Drafts({ user: "u1", storage, page });
  return { drafts, texts, page };
}

test("draft of each room survives a reload", () => {
  const { drafts, texts } = opened();
  drafts.set("lounge", "half a sent");
  const again = opened(texts).drafts;
  assert.deepEqual([again.get("lounge"), again.get("chess")], ["half a sent", ""]);
});

test("empty draft is deleted", () => {
  const { drafts, texts } = opened();
  drafts.set("lounge", "x");
  drafts.set("lounge", "");
  assert.deepEqual([drafts.get("lounge"), texts.size], ["", 0]);
});

test("last edit of another tab wins and is told", () => {
  const { drafts, page } = opened();
  /** @type {string[][]} */
  const changed = [];
  drafts.on("changed", (...args) => changed.push(args));
  drafts.set("lounge", "mine");
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "parlor.draft.u1.lounge", newValue: "theirs" }));
  page.dispatchEvent(
    Object.assign(new Event("storage"), { key: "parlor.draft.u2.lounge", newValue: "of another user" }),
  );
  page.dispatchEvent(Object.assign(new Event("storage"), { key: null, newValue: null }));
  assert.equal(drafts.get("lounge"), "theirs");
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "parlor.draft.u1.lounge", newValue: null }));
  assert.equal(drafts.get("lounge"), "");
  assert.deepEqual(changed, [
    ["lounge", "theirs"],
    ["lounge", ""],
  ]);
});

test("full storage keeps the draft as long as the page", () => {
  const { drafts } = opened(new Map(), true);
  drafts.set("lounge", "x");
  assert.equal(drafts.get("lounge"), "x");
});
