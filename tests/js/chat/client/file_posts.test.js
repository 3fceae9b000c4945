import assert from "node:assert/strict";
import { test } from "node:test";
import { FilePosts, prepared } from "../../../../static/chat/client/file_posts.js";
import { Uploads } from "../../../../static/chat/client/uploads.js";
import { Outbox } from "../../../../static/realtime/outbox.js";
import { MemoryStorage } from "../../../../static/realtime/outbox_storage.js";
import { FakeFiles } from "../../fake_files.js";
import { FakeClock, FakeConnection, settle } from "../../fakes.js";

const STORED = { room: "lounge", o: 51, t: 1, at: 1 };

/** @param {{server?: FakeFiles, outboxes?: any, files?: any}} [options] a page of one browser */
async function page({ server = new FakeFiles(), outboxes = new MemoryStorage(), files = new MemoryStorage() } = {}) {
  const connection = new FakeConnection();
  const clock = new FakeClock();
  const uploads = new Uploads({
    user: "u1",
    csrf: "old",
    refreshCsrf: async () => server.csrf,
    storage: files,
    fetch: server.fetch,
    clock,
    random: () => 0.5,
    locks: null,
  });
  const outbox = new Outbox({
    user: "u1",
    connection: /** @type {any} */ (connection),
    storage: outboxes,
    clock,
    random: () => 0.5,
    Channel: /** @type {any} */ (null),
    prepare: (pending) => prepared(uploads, pending),
  });
  const posts = new FilePosts(outbox, uploads);
  posts.start();
  await Promise.all([uploads.load(), outbox.start()]);
  posts.clean();
  await turns();
  return { server, connection, clock, uploads, outbox, posts, outboxes, files };
}

/** Let the bodies of requests be read. */
async function turns() {
  for (let n = 0; n < 20; n++) await settle();
}

/** @param {string} [name] */
const picture = (name = "cat.png") => new File(["bytes of a cat"], name, { type: "image/png" });

/** @param {Awaited<ReturnType<typeof page>>} here @param {string} text @param {File[]} files */
function post({ uploads, outbox }, text, ...files) {
  const cids = files.map((file) => uploads.add("lounge", file));
  const pending = outbox.add("message.post", {
    room: "lounge",
    text,
    files: cids.map((upload) => ({ upload, alt: "" })),
  });
  uploads.markSent(cids);
  return { cids, pending };
}

test("message is sent with the keys when its files are uploaded", async () => {
  const here = await page();
  post(here, "look", picture(), picture("dog.png"));
  await turns();
  const [{ params }] = here.connection.requests;
  assert.deepEqual([params.text, params.files], ["look", [{ key: "k1" }, { key: "k2" }]]);
});

test("description of a picture travels with its message", async () => {
  const here = await page();
  const cid = here.uploads.add("lounge", picture());
  here.outbox.add("message.post", { room: "lounge", text: "", files: [{ upload: cid, alt: "A grey cat" }] });
  await turns();
  assert.deepEqual(here.connection.requests[0].params.files, [{ key: "k1", alt: "A grey cat" }]);
});

test("message without files passes one whose file is being uploaded", async () => {
  const server = new FakeFiles();
  server.isOffline = true;
  const here = await page({ server });
  post(here, "look", picture());
  here.outbox.add("message.post", { room: "lounge", text: "hello" });
  await turns();
  assert.deepEqual(
    here.connection.requests.map(({ params }) => params.text),
    ["hello"],
  );
  await here.connection.requests[0].answer(STORED);
  server.isOffline = false;
  await here.clock.advance(20_000);
  await turns();
  assert.deepEqual(
    here.connection.requests.map(({ params }) => params.text),
    ["hello", "look"],
  );
});

test("file and message survive a reload in the middle of the upload and are sent once", async () => {
  const server = new FakeFiles();
  server.isOffline = true;
  const before = await page({ server });
  const { pending } = post(before, "look", picture());
  await turns();
  before.outbox.stop();
  server.isOffline = false;
  const after = await page({ server, outboxes: before.outboxes, files: before.files });
  const [request] = after.connection.requests;
  assert.deepEqual([request.params.cid, request.params.files], [pending.cid, [{ key: "k1" }]]);
  await request.answer(STORED);
  await turns();
  assert.deepEqual(await after.outboxes.all(), []);
  assert.deepEqual(await after.files.all(), []);
  assert.deepEqual([server.files, server.deleted], [1, []]);
});

test("files of a message that is written survive a reload", async () => {
  const before = await page();
  before.uploads.describe(before.uploads.add("lounge", picture()), { alt: "A cat" });
  await turns();
  const after = await page({ server: before.server, outboxes: before.outboxes, files: before.files });
  const [{ record, progress }] = after.uploads.drafts("lounge");
  assert.deepEqual([record.name, record.alt, progress.phase], ["cat.png", "A cat", "done"]);
  assert.equal(before.server.files, 1);
});

test("message fails with the reason when the server refuses its file", async () => {
  const server = new FakeFiles();
  server.refuse(2, 422, { type: "bad_image", status: 422 });
  const here = await page({ server });
  post(here, "look", picture());
  await turns();
  assert.deepEqual(
    here.outbox.pending("lounge").map(({ state, problem }) => [state, problem?.type]),
    [["failed", "bad_image"]],
  );
  assert.deepEqual(here.connection.requests, []);
});

test("retry uploads the refused file again", async () => {
  const server = new FakeFiles();
  server.refuse(2, 413, { type: "file_too_large", status: 413 });
  const here = await page({ server });
  const { pending } = post(here, "look", picture());
  await turns();
  here.outbox.retry(pending.cid);
  await turns();
  assert.deepEqual(here.connection.requests[0].params.files, [{ key: "k1" }]);
});

test("discarded message is given up on the server", async () => {
  const here = await page();
  const cid = here.uploads.add("lounge", picture());
  await turns();
  const pending = here.outbox.add("message.post", { room: "elsewhere", text: "", files: [{ upload: cid, alt: "" }] });
  here.posts.discard(pending);
  await turns();
  assert.deepEqual(here.server.deleted, ["k1"]);
  assert.deepEqual(await here.files.all(), []);
});

test("files go back into the composer with their refused message", async () => {
  const server = new FakeFiles();
  server.refuse(2, 422, { type: "bad_image", status: 422 });
  const here = await page({ server });
  const { cids, pending } = post(here, "look", picture());
  await turns();
  here.outbox.remove(pending.cid);
  here.uploads.markDraft(cids);
  await turns();
  assert.deepEqual(
    here.uploads.drafts("lounge").map(({ record }) => record.cid),
    cids,
  );
  assert.equal((await here.files.all()).length, 1);
});

test("message whose file the browser has lost says so", async () => {
  const outboxes = new MemoryStorage();
  const params = { room: "lounge", cid: "p1", text: "look", files: [{ upload: "u9", alt: "" }] };
  const lost = { cid: "p1", room: "lounge", method: "message.post", params, at: 1, losses: 0, problem: null };
  await outboxes.put({ ...lost, state: "waiting" });
  const here = await page({ outboxes });
  assert.deepEqual(
    here.outbox.pending("lounge").map(({ state, problem }) => [state, problem?.type]),
    [["failed", "file_lost"]],
  );
});

test("full browser storage keeps the file as long as the page and says so", async () => {
  const full = new MemoryStorage();
  full.put = async () => Promise.reject(new Error("QuotaExceededError"));
  const here = await page({ files: full });
  let told = 0;
  here.uploads.on("unstored", () => told++);
  post(here, "look", picture());
  await turns();
  assert.ok(told > 0);
  assert.deepEqual(here.connection.requests[0].params.files, [{ key: "k1" }]);
});

test("event that comes before the answer leaves no file behind", async () => {
  const here = await page();
  const { pending } = post(here, "look", picture());
  await turns();
  here.outbox.seen(pending.cid);
  await turns();
  assert.deepEqual([await here.files.all(), here.server.deleted], [[], []]);
});

test("two files are uploaded at once and the others wait", async () => {
  const here = await page();
  for (let n = 0; n < 5; n++) here.uploads.add("lounge", picture(`${n}.png`));
  assert.equal(here.server.requests, 2);
  await turns();
  await turns();
  assert.equal(here.server.files, 5);
});

test("removed file ends its upload", async () => {
  const server = new FakeFiles();
  server.isOffline = true;
  const here = await page({ server });
  const cid = here.uploads.add("lounge", picture());
  await turns();
  here.uploads.remove(cid);
  server.isOffline = false;
  await here.clock.advance(60_000);
  await turns();
  assert.deepEqual([server.files, here.uploads.drafts("lounge")], [0, []]);
});
