import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callsMe,
  mentionedIn,
  mentionParts,
  namesOf,
  withNames,
  withUsers,
} from "../../../../static/chat/state/mentions.js";

const MEI = "MeiMeiMeiMei";
const LIN = "MeiLinMeiLin";
const WANG = "WangWangWang";
const NAMES = /** @type {Record<string, string>} */ ({ [MEI]: "Mei", [LIN]: "Mei Lin", [WANG]: "王小明" });
const nameOf = (/** @type {string} */ user) => NAMES[user];
const users = new Map([
  ...Object.entries(NAMES).map(([user, name]) => /** @type {[string, string]} */ ([name.toLowerCase(), user])),
  ["here", "here"],
]);

for (const [typed, stored] of [
  ["hi @Mei!", `hi <@${MEI}>!`],
  ["@mei lin and @Mei", `<@${LIN}> and <@${MEI}>`],
  ["@Mei Linden", `<@${MEI}> Linden`],
  ["你好@王小明你在吗", `你好<@${WANG}>你在吗`],
  ["@here look", "<@here> look"],
  ["(@Mei)", `(<@${MEI}>)`],
  ["**@Mei**", `**<@${MEI}>**`],
])
  test(`text ${typed} is stored with users and read with names`, () => {
    assert.equal(withUsers(typed, users), stored);
    assert.equal(withUsers(withNames(stored, nameOf), users), stored);
  });

for (const typed of [
  "mail@mei.example",
  "@Meike",
  "`@Mei`",
  "```\n@Mei\n```",
  "``a ` @Mei``",
  "https://e.example/@Mei",
  "[@Mei](https://e.example)",
  "\\@Mei",
  "/kick @Mei",
  "@Nobody",
  "@",
])
  test(`text ${typed} mentions nobody`, () => assert.equal(withUsers(typed, users), typed));

test("text with unknown users stays as it is stored", () => {
  const text = `<@${"x".repeat(12)}> \`<@${MEI}>\` <@short>`;
  assert.equal(withNames(text, nameOf), text);
  assert.equal(withUsers(text, users), text);
});

test("mentioned users are listed once", () => {
  assert.deepEqual(mentionedIn(`<@${MEI}> <@${MEI}> <@here> <@${LIN}>`), [MEI, LIN]);
});

test("text without markup has parts", () => {
  assert.deepEqual(mentionParts(`<@${MEI}> <@nobodynobody> hi`, nameOf), [
    { text: "@Mei", user: MEI },
    { text: " <@nobodynobody> hi" },
  ]);
  assert.deepEqual(mentionParts("", nameOf), []);
});

test("present name is shown, else the name at the time", () => {
  const people = { [MEI]: { name: "Mei-Mei", face: "", colour: 1, rev: 2 } };
  const names = namesOf(people, { [MEI]: "Mei", [LIN]: "Lin", here: "" });
  assert.deepEqual([names(MEI), names(LIN), names(WANG), names("here")], ["Mei-Mei", "Lin", undefined, undefined]);
});

test("message calls the reader by name and with everybody", () => {
  assert.equal(callsMe({ mentions: { [MEI]: "Mei" } }, MEI), true);
  assert.equal(callsMe({ mentions: { here: "" } }, LIN), true);
  assert.equal(callsMe({ mentions: { [MEI]: "Mei" } }, LIN), false);
  assert.equal(callsMe({}, MEI), false);
  assert.equal(callsMe({ mentions: { here: "" } }, null), false);
});
