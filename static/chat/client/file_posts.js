/**
 * Messages with files: each waits in the outbox until its files are uploaded, and is sent once. Its params name the
 * uploads; the server gets the keys of the files.
 */

/** @import {Outbox} from "../../realtime/outbox.js" */
/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {SharedFile} from "../state/types.js" */
/** @import {Uploads} from "./uploads.js" */

const LOST = { type: "file_lost", status: 422 };

/** @param {PendingRequest} pending @returns {SharedFile[]} */
const filesOf = ({ params }) => params.files ?? [];
/** @param {PendingRequest} pending @returns {string[]} the cids of its uploads */
export const uploadsOf = (pending) => filesOf(pending).flatMap(({ upload }) => upload ?? []);

/**
 * Return the params with the keys of the files, or null while one of them is being uploaded.
 * @param {Uploads} uploads @param {PendingRequest} pending @returns {Record<string, any> | null}
 */
export function prepared(uploads, pending) {
  if (!pending.params.files) return pending.params;
  const files = filesOf(pending).map(({ upload = "", alt }) => {
    const key = uploads.find(upload)?.progress.file?.key;
    return key ? { key, ...(alt && { alt }) } : null;
  });
  return files.includes(null) ? null : { ...pending.params, files };
}

/** Settles messages with the uploads that they wait for. */
export class FilePosts {
  #outbox;
  #uploads;

  /** @param {Outbox} outbox @param {Uploads} uploads */
  constructor(outbox, uploads) {
    this.#outbox = outbox;
    this.#uploads = uploads;
  }

  /** Call it before the outbox starts. */
  start() {
    this.#uploads.on("changed", (cid, room) => this.#uploaded(cid, room));
    this.#outbox.on("changed", (room) => queueMicrotask(() => this.#settle(room)));
    this.#outbox.on("answered", (pending) => this.#posted(pending));
    this.#outbox.on("arrived", (pending) => this.#posted(pending));
  }

  /** Give a message up, with its files. @param {PendingRequest} pending */
  discard(pending) {
    for (const cid of uploadsOf(pending)) this.#uploads.remove(cid);
    this.#outbox.remove(pending.cid);
  }

  /** Remove files whose messages are neither written nor waiting. Call it when outbox and uploads are loaded. */
  clean() {
    const rooms = new Set(this.#uploads.sent().map(({ record }) => record.room));
    const used = new Set([...rooms].flatMap((room) => this.#outbox.pending(room).flatMap(uploadsOf)));
    for (const entry of this.#uploads.sent())
      if (!used.has(entry.record.cid) && this.#uploads.isForgotten(entry)) this.#uploads.remove(entry.record.cid);
  }

  /** @param {string} cid @param {string} room */
  #uploaded(cid, room) {
    const progress = this.#uploads.find(cid)?.progress;
    if (progress?.phase === "done") this.#outbox.prepared(room);
    if (progress?.phase === "failed" && progress.problem)
      for (const pending of this.#outbox.pending(room))
        if (uploadsOf(pending).includes(cid)) this.#outbox.fail(pending.cid, progress.problem);
  }

  /** @param {PendingRequest} pending */
  #posted(pending) {
    for (const cid of uploadsOf(pending)) this.#uploads.posted(cid);
  }

  /** @param {string} room */
  async #settle(room) {
    const pending = this.#outbox.pending(room);
    const used = new Set(pending.flatMap(uploadsOf));
    for (const { record } of this.#uploads.sent())
      if (record.room === room && !used.has(record.cid)) this.#uploads.leave(record.cid); // another tab has sent it
    for (const each of pending.filter(({ state }) => state === "waiting")) await this.#begin(each);
  }

  /** Upload what a waiting message needs: it may be a second attempt, or come from another tab. @param {PendingRequest} pending */
  async #begin(pending) {
    const cids = uploadsOf(pending);
    if (cids.some((cid) => !this.#uploads.find(cid))) await this.#uploads.load();
    for (const cid of cids) {
      const entry = this.#uploads.find(cid);
      if (!entry) return this.#outbox.fail(pending.cid, LOST);
      if (entry.progress.phase === "failed") this.#uploads.retry(cid);
    }
  }
}
