/** Pages of a search: the newest answer counts, and an answer of an earlier search is dropped. */

/** @import {People} from "../../realtime/types.js" */
/** @import {Client} from "../../chat/client/client.js" */

/**
 * @typedef {object} Hit a message that was found. `snippet`: plain text, then a match, then plain text, and so on
 * @property {string} room
 * @property {number} o
 * @property {number} at
 * @property {string | null} by
 * @property {string[]} snippet
 * @property {string[]} [files]
 */
/** @typedef {{key: string, name: string, public: boolean, lounge: boolean, direct: string[]}} FoundRoom */
/**
 * @typedef {{hits: Hit[], people: People, rooms: Record<string, FoundRoom>, next: string | null, partial: boolean, building: boolean}} Page
 */

export class SearchPages {
  #client;
  #asked = 0;
  /** @type {string | null} */
  next = null;
  query = "";

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /** Return the first page, or null when another search has begun meanwhile. @param {string} query @returns {Promise<Page | null>} */
  first(query) {
    this.query = query;
    return this.#read(null);
  }

  /** Return the next page. @returns {Promise<Page | null>} */
  more() {
    return this.#read(this.next);
  }

  /** Drop what is under way. */
  forget() {
    this.#asked++;
    this.next = null;
  }

  /** @param {string | null} before @returns {Promise<Page | null>} */
  async #read(before) {
    const asked = ++this.#asked;
    this.next = null;
    const zone = -new Date().getTimezoneOffset();
    try {
      const page = await this.#client.connection.request("search.messages", { query: this.query, before, zone });
      if (asked !== this.#asked) return null;
      this.next = page.next;
      return page;
    } catch (error) {
      if (asked === this.#asked) throw error;
      return null;
    }
  }
}
