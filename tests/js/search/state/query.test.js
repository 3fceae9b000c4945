/** Tests of the text of a search. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { begunFilter, inRoom, matching, quoted, recentOf, withRecent } from "../../../../static/search/state/query.js";

test("value with a space or a quote is quoted", () => {
  assert.equal(quoted("Mei"), "Mei");
  assert.equal(quoted("林小美"), "林小美");
  assert.equal(quoted("Mei Lin"), '"Mei Lin"');
  assert.equal(quoted('The "Lamp"'), '"The Lamp"');
});

test("filter is begun once at the end of the text", () => {
  assert.equal(begunFilter("", "from"), "from:");
  assert.equal(begunFilter("lamp ", "from"), "lamp from:");
  assert.equal(begunFilter("lamp from:", "from"), "lamp from:");
});

test("search in a room replaces another room", () => {
  assert.equal(inRoom("", "Games"), "in:Games ");
  assert.equal(inRoom('lamp in:"Old room" tea', "New room"), 'in:"New room" lamp tea');
});

test("recent searches are few, and the last one is first", () => {
  assert.deepEqual(withRecent(["a", "b"], " b "), ["b", "a"]);
  assert.deepEqual(withRecent(["a"], "  "), ["a"]);
  assert.equal(withRecent([..."abcdefgh"], "new").length, 8);
});

test("stored list that is broken is an empty one", () => {
  assert.deepEqual(recentOf(""), []);
  assert.deepEqual(recentOf("{"), []);
  assert.deepEqual(recentOf('{"a": 1}'), []);
  assert.deepEqual(recentOf('["a", 1]'), ["a"]);
});

test("completion ignores case and accents, and prefers beginnings", () => {
  const rows = ["Anna Zoé", "Zoe", "Bo"].map((name) => ({ name }));
  assert.deepEqual(
    matching(rows, '"zo').map(({ name }) => name),
    ["Zoe", "Anna Zoé"],
  );
});
