/** Texts and modules of the page: nothing is missing, and nothing is left over. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, ROOT), "utf8");
const modules = (/** @type {string} */ folder) => {
  const names = readdirSync(new URL(`static/${folder}/`, ROOT), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith(".js") && !name.endsWith("types.js")).map((name) => `${folder}/${name}`);
};
const words = (/** @type {string} */ language) =>
  /** @type {Record<string, string>} */ (JSON.parse(read(`static/words/${language}.json`)));
const singular = (/** @type {string} */ key) => key.endsWith(".one");
const filled = (/** @type {string} */ text) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

const templates = readdirSync(new URL("templates/", ROOT), { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".html"));
const sources = [...modules("chat"), ...modules("game"), ...modules("moderation"), ...modules("search")]
  .map((path) => read(`static/${path}`))
  .concat(read("static/main.js"))
  .join("\n");

test("page of a room preloads every module and no other", () => {
  const assets = ["chat", "game", "moderation", "search"].map((app) => read(`templates/${app}/_assets.html`)).join("");
  const preloaded = [...assets.matchAll(/modulepreload" href="\{% static '([^']+)'/g)].map(([, path]) => path);
  assert.deepEqual(
    preloaded.sort(),
    [
      "main.js",
      ...modules("realtime"),
      ...modules("chat"),
      ...modules("game"),
      ...modules("moderation"),
      ...modules("search"),
    ].sort(),
  );
});

test("Chinese says all that English says, but for the singular it has not", () => {
  const english = Object.keys(words("en")).filter((key) => !singular(key));
  assert.deepEqual(Object.keys(words("zh-hans")).sort(), english.sort());
});

test("placeholders are the same in both languages", () => {
  const chinese = words("zh-hans");
  for (const [key, text] of Object.entries(words("en")))
    assert.deepEqual(filled(chinese[key.replace(/\.one$/, ".other")]), filled(text), key);
});

test("catalogue has every word that a module uses", () => {
  const said = [...sources.matchAll(/\bsay\("([^"]+)"/g)].map(([, key]) => key);
  const counted = [...sources.matchAll(/\bcount\("([^"]+)"/g)].map(([, key]) => `${key}.other`);
  for (const key of [...said, ...counted]) assert.ok(key in words("en"), key);
});

test("catalogue has a text for every type of problem that reaches people", () => {
  const section = read("docs/protocol.md").split("## Problem types")[1].split("\n## ")[0];
  const types = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, type]) => type);
  assert.ok(types.length > 10);
  const mistakes = ["parse", "invalid_request", "unknown_method", "hello_first", "hello_again"];
  for (const type of types.filter((type) => !mistakes.includes(type)))
    for (const language of ["en", "zh-hans"]) assert.ok(`problem.${type}` in words(language), `${language}: ${type}`);
});

test("catalogue has texts for every reason to leave a room", () => {
  const [, row] = /^\| `room\.left` \| (.*)$/m.exec(read("docs/protocol.md")) ?? [];
  const [, listed] = /`reason` is (.*), `until`/.exec(row) ?? [];
  const reasons = [...listed.matchAll(/`(\w+)`/g)].map(([, reason]) => reason);
  assert.ok(reasons.includes("removed"));
  const keys = reasons.flatMap((reason) =>
    reason === "left" ? ["left.left"] : ["title", "text", "act"].map((part) => `left.${reason}.${part}`),
  );
  for (const language of ["en", "zh-hans"])
    for (const key of keys) assert.ok(key in words(language), `${language}: ${key}`);
});

test("text about an unknown command names the escape of the protocol", () => {
  assert.ok(read("docs/protocol.md").includes("`//` at the beginning stands for one `/`"));
  for (const language of ["en", "zh-hans"])
    assert.ok(words(language)["problem.unknown_command"].includes("//"), language);
});

test("markup enters the page in one module", () => {
  const places = [
    ...modules("chat"),
    ...modules("game"),
    ...modules("lab"),
    ...modules("live"),
    ...modules("moderation"),
  ].filter((path) =>
    /innerHTML|outerHTML|insertAdjacentHTML|DOMParser|createContextualFragment/.test(read(`static/${path}`)),
  );
  assert.deepEqual(places, ["chat/ui/html.js"]);
});

test("templates are translated", () => {
  const known = read("locale/zh_Hans/LC_MESSAGES/django.po");
  for (const path of templates) {
    for (const [, , text] of read(`templates/${path}`).matchAll(/\{% translate (["'])(.*?)\1 %\}/g))
      assert.ok(known.includes(`msgid "${text}"\n`), `${path}: ${text}`);
  }
});

test("templates have no script or style that the content security policy refuses", () => {
  for (const path of templates)
    assert.doesNotMatch(read(`templates/${path}`), /\sstyle=|\son\w+=|<style|<script(?! type="module" src=)/, path);
});
