/** Quotes: their texts, and how they follow the messages that are answered. */

/** @import {Message, RoomState} from "../../../../static/chat/state/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import { excerpt } from "../../../../static/chat/state/quotes.js";
import { answeredBy, quoteOf, unknownOriginals } from "../../../../static/chat/state/replies.js";
import { rowsOf } from "../../../../static/chat/state/rows.js";
import { emptyRoom, reduce } from "../../../../static/chat/state/store.js";

const ROOM = { key: "k", name: "Room", topic: "", public: true, lounge: false, role: "member", read: 0, members: 2 };

/** @param {number} o @param {Partial<Message>} [more] @returns {Message} */
const line = (o, more = {}) => ({
  ...{ o, t: o, n: o, at: o * 1000, by: "ana", kind: "text", data: { text: `#${o}` } },
  ...{ edited: null, removed: null, touched: o },
  ...more,
});

/** @param {Message[]} lines @param {any} [more] @returns {RoomState} */
function shown(lines, more = {}) {
  const head = { o: 50, t: 50, n: 50 };
  const snapshot = { room: ROOM, head, lines, before: true, after: false, as_of: 50, people: {}, parts: {}, ...more };
  return reduce(emptyRoom("me"), { type: "snapshot", snapshot: /** @type {any} */ (snapshot) });
}

/** @param {number} o @param {string} kind @param {any} data */
const event = (o, kind, data) =>
  /** @type {any} */ ({
    type: "event",
    event: { room: "k", o, t: o, n: o, at: o * 1000, by: "ben", cid: `c${o}`, kind, data },
  });

const SEEN = { by: "ana", kind: "text", text: "old", removed: false };

test("excerpt is one plain line, as on the server", () => {
  const cases = [
    ["two\n\nlines  and\ttabs", "two lines and tabs"],
    ["**bold** and *it* and ~~gone~~ and `code`", "bold and it and gone and code"],
    ["> quoted\n> more\nanswer", "quoted more answer"],
    ["```py\nprint(1)\n```", "print(1)"],
    ["see [the page](https://example.org/x)", "see the page"],
    ["snake_case stays, 2 * 3 * 4 too", "snake_case stays, 2 * 3 * 4 too"],
    ["\\*not it\\*", "*not it*"],
    ["the end: ||he dies|| ok", "the end: ▒▒▒ ok"],
    ["x".repeat(201), `${"x".repeat(199)}…`],
    [`||${"x".repeat(900)}||`, "▒▒▒…"],
    [`${"x".repeat(190)}<@AbCdEfGhIjKl> hi`, `${"x".repeat(190)}…`],
    ["😀".repeat(201), `${"😀".repeat(199)}…`],
  ];
  for (const [text, short] of cases) assert.equal(excerpt(text), short);
});

test("reply takes its quote from the window, else from the directory", () => {
  const state = shown([line(40), line(41, { re: 40 }), line(42, { re: 7 })], { quotes: { 7: SEEN } });
  assert.equal(quoteOf(state, 40)?.text, "#40");
  assert.equal(quoteOf(state, 7)?.text, "old");
  assert.deepEqual(unknownOriginals(state, []), []);
  assert.deepEqual(unknownOriginals(shown([line(42, { re: 7 })]), [], [8]), [7, 8]);
  assert.deepEqual(unknownOriginals(shown([line(42, { re: 7, removed: { by: "ana", at: 1 } })]), []), []);
});

test("event of a reply moves `re` to the message, and its answer does too", () => {
  const posted = reduce(shown([line(40)]), event(51, "message.posted", { kind: "text", text: "yes", re: 40 }));
  assert.equal(posted.lines.at(-1)?.re, 40);
  assert.deepEqual(posted.lines.at(-1)?.data, { text: "yes" });
  const answered = reduce(shown([line(40)]), {
    type: "answered",
    pending: /** @type {any} */ ({ method: "message.post", cid: "c", params: { text: "yes", re: 40 } }),
    stored: { room: "k", o: 51, t: 1, at: 1 },
    ms: 1,
  });
  assert.equal(answered.lines.at(-1)?.re, 40);
});

test("quote follows the edit, the removal and the restoring of an original outside the window", () => {
  const state = shown([line(42, { re: 7 })], { quotes: { 7: SEEN } });
  const edited = reduce(
    state,
    event(51, "message.edited", { line: line(7, { data: { text: "*new*" }, touched: 51 }) }),
  );
  assert.equal(quoteOf(edited, 7)?.text, "new");
  const deleted = reduce(edited, event(52, "message.deleted", { o: 7, by: "ana", at: 1 }));
  assert.deepEqual(quoteOf(deleted, 7), { by: "ana", kind: "text", text: "", removed: true });
  const back = reduce(deleted, event(53, "message.restored", { line: line(7, { touched: 53 }) }));
  assert.deepEqual(quoteOf(back, 7), { by: "ana", kind: "text", text: "#7", removed: false });
});

test("change that arrives before the answer about a quote is the newer one", () => {
  const asked = reduce(shown([line(42, { re: 7 })]), { type: "quotesAsked", offsets: [7, 8] });
  assert.deepEqual(unknownOriginals(asked, [], [8]), []);
  const deleted = reduce(asked, event(51, "message.deleted", { o: 7, by: "ana", at: 1 }));
  const quotes = { 7: SEEN, 8: SEEN };
  const answered = reduce(deleted, { type: "quotes", offsets: [7, 8], quotes, people: {} });
  assert.equal(quoteOf(answered, 7)?.text, "");
  assert.equal(quoteOf(answered, 7)?.removed, true);
  assert.equal(quoteOf(answered, 8)?.text, "old");
});

test("quotes without an answer are asked again", () => {
  const asked = reduce(shown([line(42, { re: 7 })]), { type: "quotesAsked", offsets: [7] });
  const failed = reduce(asked, { type: "quotes", offsets: [7], quotes: null, people: {} });
  assert.deepEqual(unknownOriginals(failed, []), [7]);
});

test("page brings its quotes, and the events since its request change them", () => {
  const asked = reduce(shown([line(42)]), { type: "pageAsked" });
  const deleted = reduce(asked, event(51, "message.deleted", { o: 7, by: "ana", at: 1 }));
  const page = { lines: [line(30, { re: 7 })], before: false, after: true, as_of: 50, people: {}, quotes: { 7: SEEN } };
  const joined = reduce(deleted, { type: "page", cursor: { before: 42 }, page });
  assert.equal(quoteOf(joined, 7)?.removed, true);
});

test("reply begins a group of its own, and a removed one answers nothing", () => {
  const items = [line(1), line(2), line(3, { re: 1 }), line(4)].map((message) => ({
    key: `o${message.o}`,
    message,
    pending: null,
  }));
  const rows = rowsOf(items, null, "me").filter(({ kind }) => kind === "message");
  assert.deepEqual(
    rows.map((row) => /** @type {any} */ (row).grouped),
    [false, true, false, true],
  );
  const removed = line(3, { re: 1, removed: { by: "ana", at: 1 } });
  assert.equal(answeredBy({ key: "o3", message: removed, pending: null }), null);
});
