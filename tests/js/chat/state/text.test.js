/** Text of messages as it is shown. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isLong,
  isolated,
  isWorthPreview,
  lengthOf,
  withoutTurns,
  written,
} from "../../../../static/chat/state/text.js";

test("directions are not turned", () => {
  assert.equal(withoutTurns("invoice\u202efdp.exe \u2067a\u2069"), "invoicefdp.exe a");
  assert.equal(isolated("Ana"), "Ana");
  assert.equal(isolated("علی"), "\u2068علی\u2069");
  assert.equal(isolated(3), "3");
});

test("message is long when it has many lines or wraps to many", () => {
  assert.equal(isLong("a\n".repeat(24).trimEnd()), false);
  assert.equal(isLong("a\n".repeat(25).trimEnd()), true);
  assert.equal(isLong("\n".repeat(25)), true);
  assert.equal(isLong("x".repeat(24 * 80)), false);
  assert.equal(isLong("x".repeat(24 * 80 + 1)), true);
});

test("indentation stays, as on the server", () => {
  assert.equal(written("\n\n    code\n  \n"), "    code");
});

test("emoji count as code points", () => {
  assert.equal(lengthOf("😀".repeat(5001)), 5001);
});

test("preview is offered for long texts and several lines with markup", () => {
  for (const text of ["a\n- b", "```js\nx\n```", `${"long ".repeat(12)}**b**`, "a|b\n-|-\n1|2", "x\n||y||"])
    assert.equal(isWorthPreview(text), true, text);
  for (const text of ["**b**", "a\nb", "long ".repeat(20), "2 * 3\nis 6", "a - b\nc"])
    assert.equal(isWorthPreview(text), false, text);
});
