/** The mark of pinned messages. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyRoom, reduce } from "../../../../static/chat/state/store.js";

const line = { o: 5, t: 5, n: 5, at: 1, by: "ana", kind: "text", data: { text: "a" } };
const state = { ...emptyRoom("me"), lines: [{ ...line, edited: null, removed: null, touched: 5 }] };

/** @param {number} o @param {any} data */
const pinned = (o, data) =>
  /** @type {any} */ ({
    type: "event",
    event: { room: "k", o, t: o, n: 5, at: o, by: "ana", cid: `c${o}`, kind: "message.pinned", data },
  });

test("pin marks a message and leaves its text to other events", () => {
  const marked = reduce(state, pinned(6, { o: 5, at: 77 }));
  assert.equal(marked.lines[0].pinned, 77);
  assert.equal(marked.lines[0].touched, 5);
  const without = reduce(marked, pinned(7, { o: 5, at: null }));
  assert.equal("pinned" in without.lines[0], false);
  assert.equal(reduce(state, pinned(6, { o: 4, at: 77 })).lines, state.lines);
  assert.equal(reduce(state, pinned(6, null)).lines, state.lines);
});
