import assert from "node:assert/strict";
import { test } from "node:test";
import { FIRST_CHUNK_BYTES, upload } from "../../../static/realtime/upload.js";
import { FakeFiles } from "../fake_files.js";
import { FakeClock, settle } from "../fakes.js";

const KIB = 1024;

/** @param {number} size */
function source(size) {
  const bytes = Uint8Array.from({ length: size }, (_, n) => (n * 7 + (n >> 8)) % 251);
  return { cid: "c1", name: "cat.png", type: "image/png", body: new Blob([bytes]), bytes };
}

/** @param {FakeFiles} server @param {ReturnType<typeof source>} file */
function begun(server, file) {
  const clock = new FakeClock();
  const control = new AbortController();
  const page = new EventTarget();
  /** @type {any[]} */
  const told = [];
  let csrf = "old";
  const options = {
    csrf: () => csrf,
    refreshCsrf: async () => {
      csrf = server.csrf;
    },
    progressed: (/** @type {number} */ sent, /** @type {string} */ phase, /** @type {any} */ problem) =>
      void told.push(problem ? [sent, phase, problem.type] : [sent, phase]),
    signal: control.signal,
    fetch: server.fetch,
    clock,
    random: () => 0.5,
    page,
  };
  /** @type {any} */
  const outcome = { file: null, error: null };
  upload(file, /** @type {any} */ (options)).then(
    (result) => Object.assign(outcome, { file: result }),
    (error) => Object.assign(outcome, { error }),
  );
  return { clock, control, page, told, outcome };
}

/** Let an upload go on until it has ended. @param {ReturnType<typeof begun>} run */
async function ended({ clock, outcome }) {
  for (let n = 0; n < 100 && !outcome.file && !outcome.error; n++) {
    await settledBodies();
    if (n >= 10) await clock.advance(2_000);
  }
  return outcome;
}

/** Let the bodies of requests be read, which takes more turns than a promise. */
async function settledBodies() {
  for (let n = 0; n < 10; n++) await settle();
}

test("upload sends all bytes in growing chunks and returns the file", async () => {
  const server = new FakeFiles();
  const file = source(1200 * KIB);
  const run = begun(server, file);
  const outcome = await ended(run);
  assert.equal(outcome.file.key, "k1");
  assert.deepEqual(server.bytes("c1"), file.bytes);
  assert.deepEqual(
    server.chunks("c1").slice(0, 4),
    [64, 128, 256, 512].map((kib) => kib * KIB),
  );
});

test("upload goes on where the server has got to after the line was lost", async () => {
  const server = new FakeFiles();
  const file = source(900 * KIB);
  server.loseAnswer(3); // the chunk arrives, its answer does not
  server.loseRequest(5);
  const run = begun(server, file);
  const outcome = await ended(run);
  assert.deepEqual(server.bytes("c1"), file.bytes);
  assert.equal(server.files, 1);
  assert.equal(outcome.file.size, file.bytes.length);
});

test("upload whose last answer was lost returns the file of the first attempt", async () => {
  const server = new FakeFiles();
  server.loseAnswer(2);
  const run = begun(server, source(10));
  const outcome = await ended(run);
  assert.deepEqual([outcome.file.key, server.files], ["k1", 1]);
});

test("upload waits as long as the server says", async () => {
  const server = new FakeFiles();
  server.refuse(1, 503, { type: "disk_full", status: 503, retry_after_ms: 60_000 });
  const run = begun(server, source(10));
  await settledBodies();
  await run.clock.advance(59_000);
  assert.equal(run.outcome.file, null);
  assert.deepEqual(run.told.at(-1), [0, "waiting", "disk_full"]);
  await run.clock.advance(2_000);
  const outcome = await ended(run);
  assert.equal(outcome.file.key, "k1");
});

test("upload is tried again at once when the line is back", async () => {
  const server = new FakeFiles();
  server.refuse(1, 503, { type: "unavailable", status: 503, retry_after_ms: 60_000 });
  const run = begun(server, source(10));
  await settledBodies();
  run.page.dispatchEvent(new Event("online"));
  await settledBodies();
  assert.equal(run.outcome.file?.key, "k1");
});

test("upload ends with the problem when the server refuses the file", async () => {
  const server = new FakeFiles();
  server.refuse(2, 422, { type: "bad_image", status: 422 });
  const run = begun(server, source(10));
  const outcome = await ended(run);
  assert.deepEqual([outcome.error.code, outcome.error.data.type, server.requests], [422, "bad_image", 2]);
});

test("upload takes a fresh token of forms when the old one is refused", async () => {
  const server = new FakeFiles({ csrf: "new" });
  const run = begun(server, source(10));
  const outcome = await ended(run);
  assert.equal(outcome.file.key, "k1");
});

test("upload takes smaller chunks when a proxy refuses them", async () => {
  const server = new FakeFiles({ proxyBytes: 100 * KIB });
  const file = source(400 * KIB);
  const run = begun(server, file);
  const outcome = await ended(run);
  assert.equal(outcome.file.key, "k1");
  assert.ok(server.chunks("c1").every((size) => size === FIRST_CHUNK_BYTES || size < FIRST_CHUNK_BYTES));
});

test("upload that another tab has moved on follows it", async () => {
  const server = new FakeFiles();
  const file = source(300 * KIB);
  server.before(3, () => server.append("c1", file.bytes.subarray(64 * KIB, 200 * KIB)));
  const run = begun(server, file);
  const outcome = await ended(run);
  assert.deepEqual(server.bytes("c1"), file.bytes);
  assert.equal(outcome.file.key, "k1");
});

test("upload begins anew when the server has deleted its beginning", async () => {
  const server = new FakeFiles();
  const file = source(300 * KIB);
  server.before(3, () => server.forget("c1"));
  const run = begun(server, file);
  const outcome = await ended(run);
  assert.deepEqual(server.bytes("c1"), file.bytes);
  assert.equal(outcome.file.key, "k2");
});

test("upload that is cancelled sends nothing more", async () => {
  const server = new FakeFiles();
  server.refuse(2, 503, { type: "unavailable", status: 503 });
  const run = begun(server, source(300 * KIB));
  await settledBodies();
  run.control.abort();
  const outcome = await ended(run);
  assert.equal(outcome.error.name, "AbortError");
  assert.equal(server.requests, 2);
});
