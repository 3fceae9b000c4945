/** Rows of the timeline: days, "New" and groups. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePage } from "../../fakes.js";

fakePage();
const { rowsOf } = await import("../../../../static/chat/state/rows.js");
const { initials } = await import("../../../../static/chat/ui/face.js");

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;

/**
 * @param {number} o @param {string} by @param {number} minutes after noon
 * @returns {import("../../../../static/chat/state/types.js").Item}
 */
function item(o, by, minutes, kind = "text") {
  const message = {
    o,
    n: o,
    at: NOON + minutes * MINUTE,
    by,
    kind,
    data: { text: "" },
    edited: null,
    removed: null,
    touched: o,
  };
  return { key: `o${o}`, message, pending: null };
}

/** @param {import("../../../../static/chat/state/types.js").Item[]} items @param {number | null} newAt */
const shape = (items, newAt = null) =>
  rowsOf(items, newAt, "me").map((row) => (row.kind === "message" ? (row.grouped ? "grouped" : "message") : row.kind));

test("messages of one author within five minutes are under one face", () => {
  assert.deepEqual(shape([item(1, "mei", 0), item(2, "mei", 2), item(3, "mei", 4.9)]), [
    "day",
    "message",
    "grouped",
    "grouped",
  ]);
});

test("face is shown again five minutes after the message with the face", () => {
  assert.deepEqual(shape([item(1, "mei", 0), item(2, "mei", 3), item(3, "mei", 6)]), [
    "day",
    "message",
    "grouped",
    "message",
  ]);
});

test('group ends at another author, a system message and the "New" row', () => {
  assert.deepEqual(shape([item(1, "mei", 0), item(2, "jo", 0), item(3, "jo", 1)], 3), [
    "day",
    "message",
    "message",
    "new",
    "message",
  ]);
  assert.deepEqual(shape([item(1, "mei", 0), item(2, "mei", 0, "room.changed"), item(3, "mei", 1)]), [
    "day",
    "message",
    "message",
    "message",
  ]);
});

test("midnight ends a group and begins a day", () => {
  assert.deepEqual(shape([item(1, "mei", 719), item(2, "mei", 721)]), ["day", "message", "day", "message"]);
});

test("pending message joins the group of its author", () => {
  const pending = /** @type {any} */ ({
    cid: "c",
    at: NOON + MINUTE,
    method: "message.post",
    params: { text: "hi" },
    state: "waiting",
  });
  assert.deepEqual(shape([item(1, "me", 0), { key: "cc", message: null, pending }]), ["day", "message", "grouped"]);
});

test("initials are two letters of a Latin name and one sign of a Chinese one", () => {
  assert.deepEqual(["Mei Wang", "jonas", "王小明", "", "é"].map(initials), ["MW", "JO", "王", "?", "É"]);
});

/** @param {number} o */
const gone = (o) => {
  const { key, message, pending } = item(o, "mei", 0);
  return { key, message: message && { ...message, data: null, removed: { by: "jo", at: NOON } }, pending };
};

test("removed messages are folded from three on, and the message after them shows its face", () => {
  const items = [item(1, "mei", 0), gone(2), gone(3), gone(4), item(5, "mei", 0), gone(6), gone(7)];
  assert.deepEqual(shape(items), ["day", "message", "fold", "message", "grouped", "grouped"]);
  const rows = rowsOf(items, null, "me");
  assert.deepEqual(rows[2], { key: "fold 2", kind: "fold", offsets: [2, 3, 4] });
});

test('opened messages stay open, and the "New" row divides a run', () => {
  const items = [gone(1), gone(2), gone(3), gone(4)];
  assert.deepEqual(
    rowsOf(items, null, "me", new Set([1, 2, 3, 4])).map(({ kind }) => kind),
    ["day", "message", "message", "message", "message"],
  );
  assert.deepEqual(shape(items, 2), ["day", "message", "new", "fold"]);
});
