/** Fake of the server's `/files/`, in memory, which loses and refuses requests when a test says so. */

/** @typedef {{key: string, cid: string, name: string, size: number, type: string, bytes: Uint8Array, chunks: number[]}} Kept */

export class FakeFiles {
  /** @type {Map<string, Kept>} by cid */
  #kept = new Map();
  /** @type {Map<number, () => void>} */
  #before = new Map();
  /** @type {Map<number, {status: number, problem: any}>} */
  #refused = new Map();
  /** @type {Set<number>} */
  #lostRequests = new Set();
  /** @type {Set<number>} */
  #lostAnswers = new Set();
  /** @type {string[]} */
  deleted = [];
  requests = 0;
  files = 0;
  isOffline = false;
  csrf;
  #proxyBytes;

  /** @param {{csrf?: string, proxyBytes?: number}} [options] */
  constructor({ csrf = "old", proxyBytes = Infinity } = {}) {
    this.csrf = csrf;
    this.#proxyBytes = proxyBytes;
  }

  /** @param {number} request the number of the request, from 1 */
  loseRequest(request) {
    this.#lostRequests.add(request);
  }

  /** @param {number} request */
  loseAnswer(request) {
    this.#lostAnswers.add(request);
  }

  /** @param {number} request @param {number} status @param {any} problem */
  refuse(request, status, problem) {
    this.#refused.set(request, { status, problem });
  }

  /** @param {number} request @param {() => void} act */
  before(request, act) {
    this.#before.set(request, act);
  }

  /** @param {string} cid */
  bytes(cid) {
    return this.#kept.get(cid)?.bytes;
  }

  /** @param {string} cid */
  chunks(cid) {
    return this.#kept.get(cid)?.chunks ?? [];
  }

  /** @param {string} cid @param {Uint8Array} more */
  append(cid, more) {
    const kept = /** @type {Kept} */ (this.#kept.get(cid));
    kept.bytes = new Uint8Array([...kept.bytes, ...more]);
  }

  /** @param {string} cid */
  forget(cid) {
    this.#kept.delete(cid);
  }

  /** @type {typeof fetch} */
  fetch = async (path, options) => {
    const request = ++this.requests;
    this.#before.get(request)?.();
    if (this.isOffline || this.#lostRequests.has(request)) throw new TypeError("network");
    const answer = await this.#answer(request, String(path), /** @type {any} */ (options));
    if (this.#lostAnswers.has(request)) throw new TypeError("network");
    return answer;
  };

  /** @param {number} request @param {string} path @param {{method: string, body: any, headers: Record<string, string>}} options */
  async #answer(request, path, { method, body, headers }) {
    const refused = this.#refused.get(request);
    if (refused) return Response.json(refused.problem, { status: refused.status });
    if (headers["X-CSRFToken"] !== this.csrf) return problem(403, "csrf");
    if (method === "POST") return this.#begin(JSON.parse(body));
    const kept = [...this.#kept.values()].find(({ key }) => path === `/files/${key}`);
    if (!kept) return problem(404, "not_found");
    if (method === "DELETE") return this.#delete(kept);
    return this.#patch(kept, Number(headers["Upload-Offset"]), new Uint8Array(await body.arrayBuffer()));
  }

  /** @param {any} about */
  #begin({ cid, name, size, type }) {
    const known = this.#kept.get(cid);
    const key = known?.key ?? `k${++this.files}`;
    const kept = known ?? { key, cid, name, size, type, bytes: new Uint8Array(), chunks: [] };
    this.#kept.set(cid, kept);
    return this.#state(kept);
  }

  /** @param {Kept} kept @param {number} offset @param {Uint8Array} chunk */
  #patch(kept, offset, chunk) {
    if (chunk.length > this.#proxyBytes) return new Response("<h1>Too large</h1>", { status: 413 });
    if (offset !== kept.bytes.length) return problem(409, "offset", { offset: kept.bytes.length });
    kept.chunks.push(chunk.length);
    this.append(kept.cid, chunk);
    return this.#state(kept);
  }

  /** @param {Kept} kept */
  #delete({ key, cid }) {
    this.deleted.push(key);
    this.#kept.delete(cid);
    return new Response(null, { status: 204 });
  }

  /** @param {Kept} kept */
  #state({ key, name, size, type, bytes }) {
    const file = bytes.length === size ? { file: { key, name, type, size } } : {};
    return Response.json({ key, offset: bytes.length, size, chunk: 512 * 1024, ...file });
  }
}

/** @param {number} status @param {string} type @param {object} [more] */
function problem(status, type, more = {}) {
  return Response.json({ type, status, ...more }, { status });
}
