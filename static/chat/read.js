/** What has been read: only with the page before one's eyes and its newest line on the screen, and only forward. */

/** @import {Client} from "./client.js" */
/** @import {Scroll} from "./scroll.js" */

const EVERY_MS = 5000;

export class Read {
  #client;
  #scroll;
  #toldAt = -EVERY_MS;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client @param {Scroll} scroll */
  constructor(client, scroll) {
    this.#client = client;
    this.#scroll = scroll;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#look());
    this.#client.on("shown", () => this.#look());
    this.#client.connection.on("greeted", () => this.#look());
    this.#scroll.on("moved", () => this.#look());
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
    window.addEventListener("focus", () => this.#look());
  }

  get #atEnd() {
    return this.#scroll.following && !this.#client.state().after;
  }

  /** What came while one was away stands under a "New" line. */
  #visibilityChanged() {
    const { head, read } = this.#client.state();
    if (!document.hidden && this.#atEnd && head.o > read) this.#client.dispatch(this.#client.shown, { type: "entered" });
    this.#look();
  }

  #look() {
    const { shown } = this.#client;
    const atBottom = this.#atEnd && !document.hidden;
    if (this.#client.state().atBottom !== atBottom) this.#client.dispatch(shown, { type: "scrolled", atBottom });
    if (!this.#isUnread() || this.#timer !== null) return;
    const wait = Math.max(0, this.#toldAt + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => this.#tell(), wait);
  }

  #isUnread() {
    const { room, head, read, atBottom } = this.#client.state();
    return Boolean(room?.role) && atBottom && head.o > read && this.#client.connection.state.name === "ready";
  }

  #tell() {
    this.#timer = null;
    if (!this.#isUnread()) return;
    this.#toldAt = performance.now();
    this.#client.markRead(this.#client.shown, this.#client.state().head.o).catch(() => undefined);
  }
}
