import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetWhoLeft, hasUnsent, leaving } from "../../../static/realtime/browser_data.js";
import { Drafts } from "../../../static/realtime/drafts.js";
import { MemoryStorage } from "../../../static/realtime/outbox_storage.js";

/** Return one browser: its localStorage, and an outbox for each user. */
function browser() {
  /** @type {Map<string, string>} */
  const texts = new Map();
  const storage = /** @type {any} */ ({
    get length() {
      return texts.size;
    },
    key: (/** @type {number} */ n) => [...texts.keys()][n],
    getItem: (/** @type {string} */ key) => texts.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => texts.set(key, text),
    removeItem: (/** @type {string} */ key) => texts.delete(key),
  });
  const outboxes = { mei: new MemoryStorage(), bo: new MemoryStorage() };
  const uploads = { mei: new MemoryStorage(), bo: new MemoryStorage() };
  const open = async (/** @type {string} */ user, /** @type {"outbox" | "uploads"} */ what) =>
    ({ outbox: outboxes, uploads })[what][/** @type {"mei" | "bo"} */ (user)];
  return { texts, storage, outboxes, uploads, places: { storage, open } };
}

const pending = /** @type {any} */ ({ cid: "c1" });

test("log-out deletes drafts and pending requests of that person only", async () => {
  const { texts, outboxes, places } = browser();
  texts
    .set("parlor.draft.mei.lounge", "secret")
    .set("parlor.draft.mei.chess", "too")
    .set("parlor.kept.mei.emoji", "{}")
    .set("parlor.draft.bo.lounge", "his")
    .set("parlor.sound", "off");
  await outboxes.mei.put(pending);
  await outboxes.bo.put(pending);
  leaving("mei", places);
  await forgetWhoLeft(null, places);
  assert.deepEqual(
    [...texts],
    [
      ["parlor.draft.bo.lounge", "his"],
      ["parlor.sound", "off"],
    ],
  );
  assert.deepEqual([await outboxes.mei.all(), await outboxes.bo.all()], [[], [pending]]);
});

test("log-out deletes files of that person only", async () => {
  const { uploads, places } = browser();
  await uploads.mei.put({ cid: "f1" });
  await uploads.bo.put({ cid: "f2" });
  assert.equal(await hasUnsent("mei", places), true);
  leaving("mei", places);
  await forgetWhoLeft(null, places);
  assert.deepEqual([await uploads.mei.all(), await uploads.bo.all()], [[], [{ cid: "f2" }]]);
});

test("log-out that did not take place deletes nothing", async () => {
  const { texts, places } = browser();
  texts.set("parlor.draft.mei.lounge", "kept");
  leaving("mei", places);
  await forgetWhoLeft("mei", places);
  await forgetWhoLeft(null, places); // an ended session is no log-out
  assert.deepEqual([...texts], [["parlor.draft.mei.lounge", "kept"]]);
});

test("unsent texts are known before a log-out", async () => {
  const { texts, outboxes, places } = browser();
  texts.set("parlor.draft.bo.lounge", "his");
  assert.equal(await hasUnsent("mei", places), false);
  await outboxes.mei.put(pending);
  assert.deepEqual([await hasUnsent("mei", places), await hasUnsent("bo", places)], [true, true]);
});

test("other tabs store no draft after a log-out", () => {
  const { texts, storage } = browser();
  const page = new EventTarget();
  const drafts = new Drafts({ user: "mei", storage, page });
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "parlor.leaving", newValue: "bo" }));
  drafts.set("lounge", "stored");
  page.dispatchEvent(Object.assign(new Event("storage"), { key: "parlor.leaving", newValue: "mei" }));
  drafts.set("lounge", "on the screen only");
  assert.deepEqual([drafts.get("lounge"), [...texts.values()]], ["on the screen only", ["stored"]]);
});
