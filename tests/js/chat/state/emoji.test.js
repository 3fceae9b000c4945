import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  emojiOf,
  isInCode,
  namedEmoji,
  searchEmoji,
  TONES,
  toned,
  usedLast,
} from "../../../../static/chat/state/emoji.js";

const all = emojiOf(JSON.parse(readFileSync(new URL("../../../../static/emoji/emoji.json", import.meta.url), "utf8")));
const found = (/** @type {string} */ query) => searchEmoji(all, query, 5).map(({ sign }) => sign);
const of = (/** @type {string} */ name) => /** @type {any} */ (namedEmoji(all, name));

test("search finds names and words of both languages, equal names and short ones first", () => {
  assert.equal(found("heart")[0], "❤️");
  assert.equal(found("hea")[0], "❤️");
  assert.equal(found("tada")[0], "🎉");
  assert.ok(found("赞").includes("👍"));
  assert.equal(found("微笑")[0], "☺️");
  assert.ok(found("red heart").includes("❤️"));
  assert.ok(searchEmoji(all, "cote").some(({ sign }) => sign === "🇨🇮"));
  assert.deepEqual(found("no such thing at all"), []);
  assert.deepEqual(found(" : "), []);
});

test("emoji is found by its full name in each language, and by no part of it", () => {
  assert.equal(of("+1").sign, "👍");
  assert.equal(of("Thumbs_Up").sign, "👍");
  assert.equal(of("中国").sign, "🇨🇳");
  assert.equal(of("thumbs_u"), undefined);
});

test("skin tone goes to the hand, to a person with a profession, and to both people", () => {
  assert.equal(toned(of("+1"), "🏽"), "👍🏽");
  assert.equal(toned(of("v"), "🏿"), "✌🏿");
  assert.equal(toned(of("woman_astronaut"), "🏻"), "👩🏻‍🚀");
  assert.equal(toned(of("people_holding_hands"), "🏾"), "🧑🏾‍🤝‍🧑🏾");
  assert.equal(toned(of("joy"), TONES[0]), "😂");
  assert.equal(toned(of("+1"), ""), "👍");
});

test("emoji used last come first, once each, and their number is bounded", () => {
  assert.deepEqual(usedLast(["a", "b"], "b"), ["b", "a"]);
  assert.equal(
    usedLast(
      Array.from({ length: 40 }, (_, n) => String(n)),
      "x",
    ).length,
    32,
  );
});

test("names stay as typed in a code block and between backticks", () => {
  assert.equal(isInCode("```\na"), true);
  assert.equal(isInCode("```\na\n```\n"), false);
  assert.equal(isInCode("say `a"), true);
  assert.equal(isInCode("say `a` "), false);
  assert.equal(isInCode("`a\n"), false);
});
