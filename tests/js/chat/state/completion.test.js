import assert from "node:assert/strict";
import { test } from "node:test";

import { begun, fitted } from "../../../../static/chat/state/completion.js";

const command = { trigger: /^\/(\p{L}*)$/u };
const mention = { trigger: /(?:^|[\s\p{Script=Han}])@([\p{L}\p{N}]{0,20})$/u };
const sources = [command, mention];

test("word at the caret is found at the start, in the middle, and between Chinese characters", () => {
  assert.deepEqual(begun("/ro", 3, sources), { source: command, span: { word: "ro", from: 0, to: 3 } });
  assert.deepEqual(begun("hi @an you", 6, sources), { source: mention, span: { word: "an", from: 3, to: 6 } });
  assert.deepEqual(begun("你好@小明", 5, sources)?.span, { word: "小明", from: 2, to: 5 });
  assert.deepEqual(begun("@", 1, sources)?.span, { word: "", from: 0, to: 1 });
});

test("no word is found in an address, behind another character, or far from the caret", () => {
  assert.equal(begun("ann@bob", 7, sources), null);
  assert.equal(begun("say /ro", 7, sources), null);
  assert.equal(begun("hi @an ", 7, sources), null);
  assert.equal(begun(`${"x".repeat(300)}/ro`, 303, sources), null);
  assert.equal(begun(`/${"r".repeat(300)}`, 301, sources), null);
});

test("command is not found at the place where the looked at part of a long text begins", () => {
  assert.equal(begun(`${"x".repeat(100)}/${"r".repeat(199)}`, 300, sources), null);
});

test("last space of an insertion is left out before a space", () => {
  const span = { word: "an", from: 3, to: 6 };
  assert.equal(fitted("hi @an you", span, "@Ann "), "@Ann");
  assert.equal(fitted("hi @an", span, "@Ann "), "@Ann ");
  assert.equal(fitted("hi @an\nyou", span, "@Ann "), "@Ann");
});

test("command is completed only where its word ends", () => {
  const sources = [{ trigger: /^\/(\p{L}*)$/u, atEnd: true }];
  assert.equal(begun("//no", 1, sources), null);
  assert.equal(begun("/roll 2", 5, sources)?.span.word, "roll");
  assert.equal(begun("/ro", 3, sources)?.span.word, "ro");
});
