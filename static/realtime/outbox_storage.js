/** Where the outbox is written down: IndexedDB, one database a user, or memory where the browser refuses it. */

/** @import {Entry, EntryStorage} from "./types.js" */

/** @implements {EntryStorage} */
export class MemoryStorage {
  /** @type {Map<string, Entry>} */
  #entries = new Map();

  async all() {
    return [...this.#entries.values()];
  }

  /** @param {Entry} entry */
  async put(entry) {
    this.#entries.set(entry.cid, entry);
  }

  /** @param {string} cid */
  async remove(cid) {
    this.#entries.delete(cid);
  }
}

/** @implements {EntryStorage} */
class IndexedStorage {
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /** @returns {Promise<Entry[]>} */
  all() {
    return this.#run("readonly", (entries) => entries.getAll());
  }

  /** @param {Entry} entry */
  put(entry) {
    return this.#run("readwrite", (entries) => entries.put(entry));
  }

  /** @param {string} cid */
  remove(cid) {
    return this.#run("readwrite", (entries) => entries.delete(cid));
  }

  /** Settles when the transaction is complete, not when the request is. @param {IDBTransactionMode} mode @param {(entries: IDBObjectStore) => IDBRequest} act @returns {Promise<any>} */
  #run(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction("entries", mode);
      const request = act(transaction.objectStore("entries"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** @param {string} user @returns {Promise<EntryStorage>} */
export function openStorage(user) {
  return new Promise((resolve) => {
    const request = globalThis.indexedDB?.open(`parlor.outbox.${user}`);
    if (!request) return resolve(new MemoryStorage());
    request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "cid" });
    request.onsuccess = () => resolve(new IndexedStorage(request.result));
    request.onerror = () => resolve(new MemoryStorage());
  });
}
