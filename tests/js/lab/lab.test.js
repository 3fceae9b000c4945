/** The lab: the answer to a key, the loop that skips, the words of the pages. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { accept, GUID, keyBytes, sha1 } from "../../../static/lab/accept.js";
import { update } from "../../../static/lab/loop.js";

const ROOT = new URL("../../../static/", import.meta.url);
const words = (/** @type {string} */ language) =>
  JSON.parse(readFileSync(new URL(`words/lab/${language}.json`, ROOT), "utf8"));
const singular = (/** @type {string} */ key) => key.endsWith(".one");
const source = readdirSync(new URL("lab/", ROOT))
  .map((name) => readFileSync(new URL(`lab/${name}`, ROOT), "utf8"))
  .join("\n");

test("key is answered as in the tutorial and the RFC", () => {
  assert.equal(accept("f7cb4ezEAl6C3wRaU6JORA==").accept, "rE91AJhfC+6JdVcVXOGJEADEJdQ=");
  assert.equal(accept("dGhlIHNhbXBsZSBub25jZQ==").accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  assert.equal(accept("x").joined, `x${GUID}`);
});

test("SHA-1 is the one of the library, whatever the length", () => {
  for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000]) {
    const message = Uint8Array.from({ length }, (_, place) => (place * 131) % 256);
    assert.equal(
      Buffer.from(sha1(message)).toString("hex"),
      createHash("sha1").update(message).digest("hex"),
      String(length),
    );
  }
});

test("bytes of a key are counted, and a text that is not base64 has none", () => {
  assert.deepEqual(["f7cb4ezEAl6C3wRaU6JORA==", "SGVsbG8sIHdvcmxkIQ==", "", "a", "你好", "AAAA=AAA"].map(keyBytes), [
    16,
    13,
    0,
    null,
    null,
    null,
  ]);
});

test("update is sent only while nothing waits", () => {
  const counts = { sent: 0, skipped: 0 };
  /** @type {string[]} */
  const sent = [];
  const socket = { bufferedAmount: 0, send: (/** @type {string} */ data) => sent.push(data) };
  for (const waiting of [0, 5, 0, 1, 0]) {
    socket.bufferedAmount = waiting;
    update(socket, () => `after ${waiting}`, counts);
  }
  assert.deepEqual([counts, sent.length], [{ sent: 3, skipped: 2 }, 3]);
});

test("both languages say the same, and fill in the same", () => {
  const [english, chinese] = [words("en"), words("zh-hans")];
  assert.deepEqual(
    Object.keys(chinese).sort(),
    Object.keys(english)
      .filter((key) => !singular(key))
      .sort(),
  );
  const filled = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  for (const key of Object.keys(chinese)) assert.deepEqual(filled(chinese[key]), filled(english[key]), key);
});

test("catalogue has every word that a page uses, and no other", () => {
  const said = [...source.matchAll(/"(lab\.[\w.]+)"/g)].map(([, key]) => key);
  const codes = [...(/const CODES = \[(.*?)\]/.exec(source)?.[1] ?? "").matchAll(/\d+/g)].map(
    ([code]) => `lab.code.${code}`,
  );
  const known = Object.keys(words("en")).map((key) => key.replace(/\.(one|other)$/, ""));
  assert.ok(codes.length > 10);
  assert.deepEqual(new Set([...said.filter((key) => key !== "lab.v1"), ...codes]), new Set(known));
});
