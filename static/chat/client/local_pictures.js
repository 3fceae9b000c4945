/**
 * Addresses of own pictures in this page. A picture keeps its address when its message is stored, so that it does not
 * load a second time.
 */

const KEPT_AT_MOST = 60;

export class LocalPictures {
  /** @type {Map<string, string>} the address, by the cid of the upload or the key of the file */
  #addresses = new Map();
  /** @type {Map<string, string>} the cid of the upload, by the key of the file */
  #cids = new Map();

  /** Return the address of a body, made when it is first asked for. @param {string} cid @param {Blob} body */
  address(cid, body) {
    const known = this.#addresses.get(cid) ?? URL.createObjectURL(body);
    this.#addresses.set(cid, known);
    const oldest = this.#addresses.keys().next().value;
    if (this.#addresses.size > KEPT_AT_MOST && oldest !== undefined) this.forget(oldest);
    return known;
  }

  /** Return the address, or null when the page has not shown the picture. @param {string} cid @returns {string | null} */
  known(cid) {
    return this.#addresses.get(cid) ?? null;
  }

  /** Return the cid of a file that was uploaded by this page, or its key. @param {string} key */
  idOf(key) {
    return this.#cids.get(key) ?? key;
  }

  /** @param {string} cid @param {string} [key] */
  rename(cid, key) {
    if (key) this.#cids.set(key, cid);
  }

  /** @param {string} cid */
  forget(cid) {
    const address = this.#addresses.get(cid);
    this.#addresses.delete(cid);
    if (address) URL.revokeObjectURL(address);
  }
}
