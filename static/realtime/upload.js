/**
 * Upload of one file. It is sent in chunks, goes on after each interruption where the server has got to, and becomes one
 * file however often it is begun, because the server knows its cid.
 */

/** @import {Clock, Problem} from "./types.js" */

import { Backoff } from "./backoff.js";
import { realClock } from "./clock.js";
import { RequestError } from "./protocol.js";

export const FIRST_CHUNK_BYTES = 64 * 1024;
const FAST_MS = 1_000;
const SLOW_MS = 5_000;
/** The last chunk of a picture is answered when the server has decoded it. */
const ATTEMPT_TIMEOUT_MS = 120_000;
const MAX_PAUSE_MS = 15_000;
const MAX_RESTARTS = 3;
const TEMPORARY = [401, 408, 425, 429, 502, 503, 504];

/** @typedef {{cid: string, name: string, type: string, body: Blob}} Source */
/** @typedef {{key: string, offset: number, size: number, chunk: number, file?: any}} Stored what the server has */
/** @typedef {"sending" | "finishing" | "waiting"} Phase "waiting": for the next attempt */

/**
 * @typedef {object} UploadOptions
 * @property {() => string} csrf the token of forms
 * @property {() => Promise<unknown>} refreshCsrf fetches a new one
 * @property {(sent: number, phase: Phase, problem: Problem | null) => void} [progressed] `problem`: why it waits, unless the line is lost
 * @property {AbortSignal} [signal] ends the upload here; the server keeps what it has for a day
 * @property {typeof fetch} [fetch]
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {EventTarget} [page] the window, with its event online
 */

/**
 * Upload a file and return what the server tells of it. Each temporary problem is tried again without end. Raise
 * `RequestError` when the server refuses the file.
 * @param {Source} source @param {UploadOptions} options @returns {Promise<any>}
 */
export function upload(source, options) {
  return new Upload(source, options).run();
}

class Upload {
  /** @type {string | null} */
  #key = null;
  #offset = 0;
  #chunk = FIRST_CHUNK_BYTES;
  #maxChunk = FIRST_CHUNK_BYTES;
  /** A proxy before the server may take less than the server. */
  #proxyChunk = Infinity;
  #restarts = 0;
  #source;
  #options;
  #clock;
  #backoff;

  /** @param {Source} source @param {UploadOptions} options */
  constructor(source, options) {
    this.#source = source;
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#backoff = new Backoff(options.random ?? Math.random);
  }

  /** @returns {Promise<any>} */
  async run() {
    for (;;) {
      this.#options.signal?.throwIfAborted();
      try {
        const file = await (this.#key === null ? this.#begin() : this.#sendChunk(this.#key));
        if (file) return file;
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        await this.#wait(await this.#pauseAfter(error), error instanceof RequestError ? error.data : null);
      }
    }
  }

  /** Begin the upload, or learn where an earlier attempt has got to. */
  async #begin() {
    const { cid, name, type, body } = this.#source;
    const about = JSON.stringify({ cid, name, size: body.size, type });
    return this.#stored(await this.#request("POST", "/files/", about, { "Content-Type": "application/json" }));
  }

  /** @param {string} key */
  async #sendChunk(key) {
    const { body } = this.#source;
    const end = Math.min(this.#offset + this.#chunk, body.size);
    const began = this.#clock.now();
    this.#tell(end === body.size ? "finishing" : "sending");
    const stored = await this.#request("PATCH", `/files/${key}`, body.slice(this.#offset, end), {
      "Content-Type": "application/octet-stream",
      "Upload-Offset": String(this.#offset),
    });
    if (stored.offset >= body.size && !stored.file) throw problem(503, { type: "unavailable", status: 503 });
    this.#adapt(this.#clock.now() - began);
    return this.#stored(stored);
  }

  /** @param {Stored} stored */
  #stored({ key, offset, chunk, file }) {
    this.#key = key;
    this.#offset = offset;
    this.#maxChunk = Math.min(chunk || this.#maxChunk, this.#proxyChunk);
    this.#chunk = Math.min(this.#chunk, this.#maxChunk);
    this.#backoff.reset();
    this.#tell("sending");
    return file ?? null;
  }

  /** Send more at once on a fast line, so that a slow one shows progress and loses little. @param {number} ms */
  #adapt(ms) {
    if (ms < FAST_MS) this.#chunk = Math.min(this.#chunk * 2, this.#maxChunk);
    else if (ms > SLOW_MS) this.#shrink();
  }

  #shrink() {
    this.#chunk = Math.max(this.#chunk / 2, FIRST_CHUNK_BYTES);
  }

  /** Return how many ms to wait after a problem. Raise it again when it is final. @param {unknown} error */
  async #pauseAfter(error) {
    if (!(error instanceof RequestError)) return this.#lost();
    const { type, offset, retry_after_ms } = error.data;
    if (error.code === 409 && typeof offset === "number") return this.#moveTo(offset);
    if (type === "chunk_too_large" && this.#chunk > FIRST_CHUNK_BYTES) return this.#smaller();
    if (type === "csrf") await this.#options.refreshCsrf().catch(() => undefined);
    else if (error.code === 404 && this.#key !== null && ++this.#restarts < MAX_RESTARTS) this.#key = null;
    else if (error.code < 500 && !TEMPORARY.includes(error.code)) throw error;
    return this.#backoff.next(retry_after_ms, MAX_PAUSE_MS);
  }

  /** The line was lost: nobody knows how much has arrived. */
  #lost() {
    this.#key = null;
    this.#shrink();
    return this.#backoff.next(null, MAX_PAUSE_MS);
  }

  /** Go on where the server is: another tab sends the same file. @param {number} offset */
  #moveTo(offset) {
    const moved = offset !== this.#offset;
    this.#offset = offset;
    return moved ? 0 : this.#backoff.next(null, MAX_PAUSE_MS);
  }

  #smaller() {
    this.#proxyChunk = this.#maxChunk = this.#chunk = this.#chunk / 2;
    return 0;
  }

  /** Wait, or until the line is back. @param {number} ms @param {Problem | null} problem @returns {Promise<void>} */
  #wait(ms, problem) {
    if (ms > 0) this.#tell("waiting", problem);
    const { page = globalThis, signal } = this.#options;
    return new Promise((resolve) => {
      const done = () => {
        this.#clock.clearTimeout(timer);
        page.removeEventListener?.("online", done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = this.#clock.setTimeout(done, ms);
      page.addEventListener?.("online", done);
      signal?.addEventListener("abort", done);
    });
  }

  /** @param {Phase} phase @param {Problem | null} [problem] */
  #tell(phase, problem = null) {
    this.#options.progressed?.(this.#offset, phase, problem);
  }

  /**
   * @param {string} method @param {string} path @param {BodyInit} body @param {Record<string, string>} headers
   * @returns {Promise<Stored>}
   */
  async #request(method, path, body, headers) {
    const { csrf, fetch = globalThis.fetch } = this.#options;
    const attempt = new AbortController();
    const abort = () => attempt.abort();
    const timer = this.#clock.setTimeout(abort, ATTEMPT_TIMEOUT_MS);
    this.#options.signal?.addEventListener("abort", abort);
    try {
      const response = await fetch(path, {
        method,
        body,
        headers: { ...headers, "X-CSRFToken": csrf() },
        credentials: "same-origin",
        signal: attempt.signal,
      });
      if (!response.ok) throw problem(response.status, await said(response));
      return await response.json();
    } finally {
      this.#clock.clearTimeout(timer);
      this.#options.signal?.removeEventListener("abort", abort);
    }
  }
}

/** Return the problem that a refusal names. A proxy in between sends none. @param {Response} response */
async function said(response) {
  const told = await response.json().catch(() => null);
  return typeof told?.type === "string" ? told : null;
}

/** @param {number} status @param {Problem | null} told @returns {RequestError} */
function problem(status, told) {
  const data = told ?? { type: status === 413 ? "chunk_too_large" : "internal", status };
  return new RequestError({ code: status, message: data.type, data });
}
