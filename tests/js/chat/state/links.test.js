/** Links in pending messages: as the server will make them, or none. tests/chat/test_text.py reads the same cases. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { linked } from "../../../../static/chat/state/links.js";

const CASES = JSON.parse(readFileSync(new URL("links.json", import.meta.url), "utf8"));
const escaped = (/** @type {string} */ text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", "<br>\n");

/** @param {string} text */
function rendered(text) {
  const parts = linked(text).map(({ text, href }) =>
    href
      ? `<a href="${escaped(href)}" target="_blank" rel="noopener nofollow ugc">${escaped(text)}</a>`
      : escaped(text),
  );
  return `<p>${parts.join("")}</p>`;
}

for (const [text, html] of CASES["same as the server's"]) {
  test(`linked as by the server: ${JSON.stringify(text)}`, () => assert.equal(rendered(text), html));
}

for (const text of CASES["left to the server"]) {
  test(`left as it is: ${JSON.stringify(text)}`, () => assert.deepEqual(linked(text), [{ text }]));
}

test("long text is left as it is", () => {
  const text = `https://example.org/ ${"x".repeat(1000)}`;
  assert.deepEqual(linked(text), [{ text }]);
});
