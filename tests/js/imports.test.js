/** Shape of static/: the direction of imports, the purity of state/, and no circle of files. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { test } from "node:test";

const STATIC = new URL("../../static/", import.meta.url);

/** Each app may import itself and these apps. @type {Record<string, string[]>} */
const APPS = {
  realtime: [],
  chat: ["realtime"],
  search: ["realtime", "chat"],
  moderation: ["realtime", "chat"],
  game: ["realtime", "chat", "moderation"],
  lab: ["realtime", "chat"],
  live: ["realtime", "chat"],
};
/** Each layer of an app may import itself and these layers, also of the apps below. @type {Record<string, string[]>} */
const LAYERS = {
  state: [],
  ui: ["state"],
  client: ["state"],
  views: ["state", "ui", "client"],
};
/** Names that a pure function neither reads nor calls. */
const IMPURE =
  /\b(?:document|window|location|navigator|performance|crypto|localStorage|sessionStorage|indexedDB|WebSocket|fetch|setTimeout|setInterval|requestAnimationFrame|addEventListener|Date\.now|Math\.random|HTML\w*Element)\b/;

const paths = readdirSync(STATIC, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".js"));
const text = new Map(paths.map((path) => [path, readFileSync(new URL(path, STATIC), "utf8")]));

/**
 * @param {string} path @param {RegExp} pattern with the imported address as its first group
 * @returns {string[]} paths below static/
 */
function importsOf(path, pattern) {
  return [.../** @type {string} */ (text.get(path)).matchAll(pattern)].map(([, address]) =>
    normalize(join(dirname(path), address)),
  );
}

const RUNNING = /^(?:import|export) (?:[^"]*? from )?"([^"]+)";$/gm;
const ANY = /(?:\bfrom |^import |\bimport\()"(\.[^"]+)"/gm;
const appOf = (/** @type {string} */ path) => (path.includes("/") ? path.split("/")[0] : "");
const layerOf = (/** @type {string} */ path) => (path.split("/").length > 2 ? path.split("/")[1] : "");

test("imports are relative and name a file that is there", () => {
  for (const path of paths)
    for (const imported of importsOf(path, ANY)) assert.ok(text.has(imported), `${path} imports ${imported}`);
  for (const path of paths)
    assert.doesNotMatch(/** @type {string} */ (text.get(path)), /(?:\bfrom|^import) "[^.]/m, path);
});

test("apps import only themselves and the apps below, types included", () => {
  for (const path of paths.filter(appOf)) {
    const may = [appOf(path), ...APPS[appOf(path)]];
    for (const imported of importsOf(path, ANY))
      assert.ok(may.includes(appOf(imported)), `${path} imports ${imported}`);
  }
});

test("imports go from views to ui, client and state", () => {
  for (const path of paths.filter((path) => layerOf(path) in LAYERS)) {
    const may = [layerOf(path), ...LAYERS[layerOf(path)]];
    for (const imported of importsOf(path, RUNNING).filter((imported) => layerOf(imported)))
      assert.ok(may.includes(layerOf(imported)), `${path} imports ${imported}`);
    for (const imported of importsOf(path, RUNNING))
      assert.ok(layerOf(imported) || appOf(imported) === "realtime", `${path} imports ${imported}`);
  }
});

test("state is pure", () => {
  for (const path of paths.filter((path) => layerOf(path) === "state")) {
    const code = /** @type {string} */ (text.get(path)).replaceAll(/\/\*.*?\*\/|\/\/.*$|"[^"\n]*"/gms, "");
    assert.doesNotMatch(code, IMPURE, path);
    assert.deepEqual(
      importsOf(path, RUNNING).filter((imported) => layerOf(imported) !== "state"),
      [],
      path,
    );
  }
});

test("files do not import each other in a circle", () => {
  /** @type {Set<string>} */
  const done = new Set();
  const visit = (/** @type {string} */ path, /** @type {string[]} */ way) => {
    assert.ok(!way.includes(path), [...way, path].join(" → "));
    if (done.has(path)) return;
    for (const imported of importsOf(path, RUNNING)) visit(imported, [...way, path]);
    done.add(path);
  };
  for (const path of paths) visit(path, []);
});
