/**
 * Uploads of this person: files of messages that are written, or wait in the outbox. Each is stored in the browser when
 * it is chosen and uploaded at once, and both go on after a reload.
 */

/** @import {CidStorage, Clock, Problem} from "../../realtime/types.js" */
/** @import {SharedFile} from "../state/types.js" */

import { realClock } from "../../realtime/clock.js";
import { Emitter } from "../../realtime/emitter.js";
import { randomId } from "../../realtime/ids.js";
import { openStorage } from "../../realtime/outbox_storage.js";
import { RequestError } from "../../realtime/protocol.js";
import { upload } from "../../realtime/upload.js";
import { LocalPictures } from "./local_pictures.js";

const ACTIVE_AT_MOST = 2;
/** A tab may have marked the file as sent before its message was stored. */
const FORGOTTEN_AFTER_MS = 60_000;

/**
 * @typedef {object} UploadRecord a file as the browser stores it
 * @property {string} cid
 * @property {string} room
 * @property {string} name
 * @property {string} type as the browser tells it
 * @property {number} size
 * @property {string} alt
 * @property {number} [w]
 * @property {number} [h]
 * @property {number} at
 * @property {number | null} sentAt when its message was sent; null while it is written
 * @property {Blob} body
 */
/** @typedef {"queued" | "sending" | "finishing" | "waiting" | "done" | "failed"} Phase */
/** `problem`: why the upload waits or has failed. @typedef {{phase: Phase, sent: number, problem: Problem | null, file: SharedFile | null, control: AbortController | null}} Progress */
/** @typedef {{record: UploadRecord, progress: Progress}} Entry */

/**
 * @typedef {object} UploadsOptions
 * @property {string} user
 * @property {string} [csrf]
 * @property {() => Promise<string>} refreshCsrf
 * @property {CidStorage<UploadRecord>} [storage]
 * @property {typeof fetch} [fetch]
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {LockManager | null} [locks] one tab uploads a file, the others wait for it
 */

/**
 * Events. "changed" (cid, room): progress. "listed" (room): files were added, removed or changed. "unstored": the
 * browser has no space; the files are kept as long as the page.
 * @typedef {{changed: [string, string], listed: [string], unstored: []}} UploadsEvents
 */

/** @extends {Emitter<UploadsEvents>} */
export class Uploads extends Emitter {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #active = 0;
  #options;
  #clock;
  #csrf;
  /** @type {Promise<CidStorage<UploadRecord>>} */
  #storage;
  pictures = new LocalPictures();

  /** @param {UploadsOptions} options */
  constructor(options) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#csrf = options.csrf ?? "";
    this.#storage = options.storage ? Promise.resolve(options.storage) : openStorage(options.user, "uploads");
  }

  /** Take the files that an earlier page or another tab has stored. Call it again to learn of newer ones. */
  async load() {
    const records = await (await this.#storage).all().catch(() => []);
    const unknown = records.filter(({ cid }) => !this.#entries.has(cid)).sort((a, b) => a.at - b.at);
    for (const record of unknown) this.#entries.set(record.cid, { record, progress: queued() });
    for (const room of new Set(unknown.map(({ room }) => room))) this.emit("listed", room);
    this.#next();
  }

  /**
   * Take a file for a message that is being written.
   * @param {string} room @param {File} file @param {{w?: number, h?: number}} [measured] @returns {string} its cid
   */
  add(room, file, measured = {}) {
    const { name, type, size } = file;
    const cid = randomId();
    const record = {
      cid,
      room,
      name,
      type,
      size,
      alt: "",
      ...measured,
      at: this.#clock.now(),
      sentAt: null,
      body: file,
    };
    this.#entries.set(cid, { record, progress: queued() });
    this.#store(record);
    this.emit("listed", room);
    this.#next();
    return cid;
  }

  /** @param {string} cid @returns {Entry | null} */
  find(cid) {
    return this.#entries.get(cid) ?? null;
  }

  /** Return the files of the message that is being written. @param {string} room @returns {Entry[]} */
  drafts(room) {
    return [...this.#entries.values()].filter(({ record }) => record.room === room && record.sentAt === null);
  }

  /** Return the files whose messages are sent. @returns {Entry[]} */
  sent() {
    return [...this.#entries.values()].filter(({ record }) => record.sentAt !== null);
  }

  /** @param {string} cid @param {Partial<Pick<UploadRecord, "alt" | "w" | "h">>} change */
  describe(cid, change) {
    this.#change(cid, change);
  }

  /** Remember that the message of these files is sent. @param {string[]} cids */
  markSent(cids) {
    for (const cid of cids) this.#change(cid, { sentAt: this.#clock.now() });
  }

  /** Put files back into the message that is being written. @param {string[]} cids */
  markDraft(cids) {
    for (const cid of cids) this.#change(cid, { sentAt: null });
  }

  /** Upload again, from the beginning when the server has lost the file. @param {string} cid */
  retry(cid) {
    const entry = this.#entries.get(cid);
    if (!entry || entry.progress.control) return;
    this.#progressed(cid, queued());
    this.#next();
  }

  /** Forget a file that was posted. Its picture stays on the screen. @param {string} cid */
  posted(cid) {
    this.#forget(cid);
  }

  /** Forget a file that another tab takes care of. @param {string} cid */
  leave(cid) {
    const entry = this.#entries.get(cid);
    entry?.progress.control?.abort();
    this.#entries.delete(cid);
  }

  /** Give a file up, here and on the server. @param {string} cid */
  remove(cid) {
    const entry = this.#forget(cid);
    entry?.progress.control?.abort();
    this.pictures.forget(cid);
    const key = entry?.progress.file?.key;
    if (key) this.#giveUp(key);
  }

  /** Return whether a file is no longer needed by any message. @param {Entry} entry */
  isForgotten({ record }) {
    return record.sentAt !== null && this.#clock.now() - record.sentAt > FORGOTTEN_AFTER_MS;
  }

  /** @param {string} cid @returns {Entry | undefined} */
  #forget(cid) {
    const entry = this.#entries.get(cid);
    this.#entries.delete(cid);
    this.#storage.then((storage) => storage.remove(cid)).catch(() => undefined);
    if (entry) this.emit("listed", entry.record.room);
    return entry;
  }

  /** The server would delete it after a day. @param {string} key */
  #giveUp(key) {
    const { fetch = globalThis.fetch } = this.#options;
    const headers = { "X-CSRFToken": this.#csrf };
    fetch(`/files/${key}`, { method: "DELETE", headers, credentials: "same-origin" }).catch(() => undefined);
  }

  /** @param {string} cid @param {Partial<UploadRecord>} change */
  #change(cid, change) {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    const record = { ...entry.record, ...change };
    this.#entries.set(cid, { ...entry, record });
    this.#store(record);
    this.emit("listed", record.room);
  }

  /** @param {UploadRecord} record */
  #store(record) {
    this.#storage.then((storage) => storage.put(record)).catch(() => this.emit("unstored"));
  }

  #next() {
    const waiting = [...this.#entries.values()].filter(({ progress }) => progress.phase === "queued");
    for (const { record } of waiting.slice(0, Math.max(0, ACTIVE_AT_MOST - this.#active))) this.#run(record);
  }

  /** @param {UploadRecord} record */
  async #run(record) {
    const control = new AbortController();
    this.#active++;
    this.#progressed(record.cid, { phase: "sending", control });
    try {
      const file = await this.#alone(record.cid, control.signal, () => this.#upload(record, control.signal));
      this.pictures.rename(record.cid, file.key);
      this.#progressed(record.cid, { phase: "done", sent: record.size, file, control: null });
    } catch (error) {
      const problem = error instanceof RequestError ? error.data : { type: "internal", status: 500 };
      if (!control.signal.aborted) this.#progressed(record.cid, { phase: "failed", problem, control: null });
    }
    this.#active--;
    this.#next();
  }

  /** @param {UploadRecord} record @param {AbortSignal} signal @returns {Promise<SharedFile>} */
  #upload(record, signal) {
    const { fetch, random } = this.#options;
    return upload(record, {
      csrf: () => this.#csrf,
      refreshCsrf: async () => {
        this.#csrf = await this.#options.refreshCsrf();
      },
      progressed: (sent, phase, problem) => this.#progressed(record.cid, { phase, sent, problem }),
      signal,
      clock: this.#clock,
      ...(fetch && { fetch }),
      ...(random && { random }),
    });
  }

  /**
   * Run an upload while no other tab does.
   * @param {string} cid @param {AbortSignal} signal @param {() => Promise<SharedFile>} run @returns {Promise<SharedFile>}
   */
  #alone(cid, signal, run) {
    const { locks = globalThis.navigator?.locks } = this.#options;
    return locks ? /** @type {any} */ (locks.request(`parlor.upload.${cid}`, { signal }, run)) : run();
  }

  /** @param {string} cid @param {Partial<Progress>} change */
  #progressed(cid, change) {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    this.#entries.set(cid, { ...entry, progress: { ...entry.progress, ...change } });
    this.emit("changed", cid, entry.record.room);
  }
}

/** @returns {Progress} */
function queued() {
  return { phase: "queued", sent: 0, problem: null, file: null, control: null };
}
