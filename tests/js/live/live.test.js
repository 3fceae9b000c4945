/** The live page: numbers as text, an hour as a line. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fakePage } from "../fakes.js";

fakePage();
const read = (/** @type {string} */ language) =>
  JSON.parse(readFileSync(new URL(`../../../static/words/live/${language}.json`, import.meta.url), "utf8"));
const { learn } = await import("../../../static/chat/ui/words.js");
const { HEIGHT, WIDTH, across, areaPath, ceiling, linePath, nearest, runs, spanOf } = await import(
  "../../../static/live/chart.js"
);
const { duration, figure, milliseconds, sizeName } = await import("../../../static/live/numbers.js");
learn(read("en"));

test("chart ends at a round number above the highest value, and never at zero", () => {
  assert.deepEqual(
    [[], [null], [0], [0.3]].map((values) => ceiling(values)),
    [1, 1, 1, 1],
  );
  assert.deepEqual(
    [[1.2], [2.4], [3], [17], [101], [25]].map((values) => ceiling(values)),
    [2, 2.5, 5, 20, 200, 25],
  );
  assert.equal(ceiling([0.03], 0.01), 0.05);
});

const HOUR = 3600;

test("chart has an hour ago at the left, now at the right", () => {
  assert.deepEqual(
    [3600, 1800, 0].map((ago) => across(ago, HOUR)),
    [0, WIDTH / 2, WIDTH],
  );
});

test("chart of a young process is shorter, and that of an old one has an hour", () => {
  assert.deepEqual([0, 590, 601, 3000, 3001, 10 ** 6].map(spanOf), [600, 600, 1200, 3000, 3600, 3600]);
  assert.equal(
    linePath(
      [
        { ago: 700, value: 1 },
        { ago: 60, value: 1 },
        { ago: 0, value: 1 },
      ],
      1,
      600,
    ),
    "M270 1L300 1",
  );
});

test("chart has no line where nothing was measured", () => {
  const points = [
    { ago: 240, value: 1 },
    { ago: 180, value: 2 },
    { ago: 120, value: null },
    { ago: 60, value: 3 },
    { ago: 0, value: 4 },
  ];
  assert.deepEqual(
    runs(points).map((run) => run.length),
    [2, 2],
  );
  assert.equal(linePath(points, 4, HOUR).match(/M/g)?.length, 2);
  assert.equal(areaPath(points, 4, HOUR).match(/Z/g)?.length, 2);
  assert.equal(linePath([], 1, HOUR), "");
  assert.ok(linePath(points, 4, HOUR).endsWith(`${WIDTH} 1`));
});

test("single minute can be seen", () => {
  assert.equal(linePath([{ ago: 600, value: 1 }], 1, HOUR), "M250 1L255 1");
});

test("value above the top stays inside", () => {
  assert.equal(
    linePath(
      [
        { ago: 60, value: 9 },
        { ago: 0, value: 0 },
      ],
      1,
      HOUR,
    ),
    `M295 1L${WIDTH} ${HEIGHT - 1}`,
  );
});

test("pointer finds the nearest minute", () => {
  const points = [
    { ago: 120, value: 1 },
    { ago: 60, value: null },
    { ago: 0, value: 3 },
  ];
  assert.deepEqual(
    [200, 95, 31, 0].map((ago) => nearest(points, ago)),
    [0, 0, 1, 2],
  );
  assert.equal(nearest([], 5), null);
});

test("numbers have as many figures as they need", () => {
  assert.deepEqual([0, 0.254, 3.14, 10.4, 1830, null].map(figure), ["0", "0.25", "3.1", "10", "1,830", "–"]);
  assert.equal(milliseconds(4.2), "4.2 ms");
});

test("durations have the two largest units", () => {
  assert.deepEqual([5, 60, 3720, 90_000].map(duration), ["5 s", "1 min", "1 h 2 min", "1 d 1 h"]);
});

test("batches are named by their size", () => {
  assert.deepEqual(
    [0, 1, 3, 11].map((place) => sizeName(place, 11)),
    ["1", "2–3", "8–15", "2,048+"],
  );
});

test("both languages say the same", () => {
  const keys = (/** @type {string} */ language) =>
    Object.keys(read(language)).map((key) => key.replace(/\.(one|other)$/, ""));
  assert.deepEqual(new Set(keys("zh-hans")), new Set(keys("en")));
});

test("catalogue has every word that the page uses", () => {
  const source = ["board", "chart", "main", "numbers", "watch"]
    .map((name) => readFileSync(new URL(`../../../static/live/${name}.js`, import.meta.url), "utf8"))
    .join("");
  const said = [...source.matchAll(/\b(?:say|tell)\("([^"]+)"/g)].map(([, key]) => key);
  const counted = [...source.matchAll(/\bcount\("([^"]+)"/g)].map(([, key]) => `${key}.other`);
  assert.ok(said.length + counted.length > 20);
  for (const key of [...said, ...counted])
    for (const language of ["en", "zh-hans"]) assert.ok(key in read(language), `${language}: ${key}`);
});
