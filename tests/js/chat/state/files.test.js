/** @import {Item} from "../../../../static/chat/state/types.js" */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressOf,
  endingOf,
  filesOf,
  lookOf,
  problemOf,
  shownSize,
  sizeText,
} from "../../../../static/chat/state/files.js";

const LIMITS = { file_bytes: 1000, message_files: 10, chunk: 100 };
const png = { name: "a.png", type: "image/png", size: 10 };

test("file within the limits is taken", () => {
  assert.equal(problemOf(png, LIMITS), null);
  assert.equal(problemOf({ ...png, size: 1000 }, LIMITS), null);
  assert.equal(problemOf({ ...png, size: 10 ** 9 }, { ...LIMITS, file_bytes: 0 }), null);
});

test("file that is empty, too large or HEIC is refused before it is uploaded", () => {
  assert.equal(problemOf({ ...png, size: 0 }, LIMITS)?.type, "empty_file");
  assert.deepEqual(problemOf({ ...png, size: 1001 }, LIMITS), { type: "file_too_large", status: 413, most: 1000 });
  assert.equal(problemOf({ name: "IMG_1.HEIC", type: "", size: 5 }, LIMITS)?.type, "heic");
  assert.equal(problemOf({ name: "photo", type: "image/heif", size: 5 }, LIMITS)?.type, "heic");
  assert.equal(problemOf({ name: "converted.heic", type: "image/jpeg", size: 5 }, LIMITS), null);
});

test("only what the server has checked or a browser shows safely is a picture", () => {
  assert.equal(lookOf({ type: "image/png" }), "picture");
  assert.equal(lookOf({ type: "image/svg+xml" }), "other");
  assert.equal(lookOf({ type: "video/mp4", key: "k" }), "video");
  assert.equal(lookOf({ type: "audio/ogg", key: "k" }), "audio");
  assert.equal(lookOf({ type: "application/octet-stream", key: "k" }), "other");
});

test("picture keeps its shape within the box and a small one its size", () => {
  assert.deepEqual(shownSize({ w: 4000, h: 2000 }, true), { width: 400, height: 200 });
  assert.deepEqual(shownSize({ w: 1000, h: 4000 }, true), { width: 80, height: 320 });
  assert.deepEqual(shownSize({ w: 32, h: 32 }, true), { width: 32, height: 32 });
  assert.deepEqual(shownSize({ w: 30_000, h: 1 }, true), { width: 400, height: 1 });
  assert.deepEqual(shownSize({}, true), { width: 400, height: 320 });
  assert.deepEqual(shownSize({ w: 4000, h: 2000 }, false), { width: 160, height: 160 });
});

test("address of a file escapes its name", () => {
  assert.equal(addressOf({ key: "k1", name: "a/b?#%.png", type: "", size: 1 }), "/files/k1/a%2Fb%3F%23%25.png");
});

test("size is told in the largest unit that keeps it above one", () => {
  assert.deepEqual([0, 1023, 1024, 1536, 10_400, 1_048_575, 26_214_400, 5e9].map(sizeText), [
    "0 B",
    "1023 B",
    "1 KB",
    "1.5 KB",
    "10 KB",
    "1 MB",
    "25 MB",
    "4.7 GB",
  ]);
});

test("ending of a name is told when it is a short word", () => {
  assert.deepEqual(["a.tar.gz", "Report.pdf", "no ending", ".", "x.<script>", "报告.文档"].map(endingOf), [
    "GZ",
    "PDF",
    "",
    "",
    "",
    "文档",
  ]);
});

test("removed or blocked message has no files", () => {
  const files = [{ key: "k1", ...png }];
  const message = { o: 1, n: 1, at: 1, by: "u", kind: "text", data: { text: "", files }, edited: null, touched: 1 };
  const item = /** @type {Item} */ ({ key: "o1", message: { ...message, removed: null }, pending: null });
  const removed = /** @type {Item} */ ({ ...item, message: { ...message, removed: { by: "u", at: 1 } } });
  assert.deepEqual([filesOf(item, false), filesOf(item, true), filesOf(removed, false)], [files, [], []]);
});
