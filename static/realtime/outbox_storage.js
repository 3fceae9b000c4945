/**
 * Storage of the outbox and of uploads: IndexedDB with one database for each user, or memory where the browser refuses
 * it.
 */

/** @import {CidStorage} from "./types.js" */

/** @template {{cid: string}} [T=any] @implements {CidStorage<T>} */
export class MemoryStorage {
  /** @type {Map<string, T>} */
  #requests = new Map();

  async all() {
    return [...this.#requests.values()];
  }

  /** @param {T} pending */
  async put(pending) {
    this.#requests.set(pending.cid, pending);
  }

  /** @param {string} cid */
  async remove(cid) {
    this.#requests.delete(cid);
  }
}

/** @template {{cid: string}} T @implements {CidStorage<T>} */
class IndexedStorage {
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /** @returns {Promise<T[]>} */
  all() {
    return this.#run("readonly", (entries) => entries.getAll());
  }

  /** @param {T} pending */
  put(pending) {
    return this.#run("readwrite", (entries) => entries.put(pending));
  }

  /** @param {string} cid */
  remove(cid) {
    return this.#run("readwrite", (entries) => entries.delete(cid));
  }

  /**
   * Run a transaction. The promise settles when the transaction is complete, not when the request is.
   * @param {IDBTransactionMode} mode @param {(entries: IDBObjectStore) => IDBRequest} act @returns {Promise<any>}
   */
  #run(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction("entries", mode);
      const request = act(transaction.objectStore("entries"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/**
 * @template {{cid: string}} T @param {string} user
 * @param {"outbox" | "uploads"} [what] @returns {Promise<CidStorage<T>>}
 */
export function openStorage(user, what = "outbox") {
  return new Promise((resolve) => {
    const request = globalThis.indexedDB?.open(`parlor.${what}.${user}`);
    if (!request) return resolve(new MemoryStorage());
    request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "cid" });
    request.onsuccess = () => resolve(new IndexedStorage(request.result));
    request.onerror = () => resolve(new MemoryStorage());
  });
}
