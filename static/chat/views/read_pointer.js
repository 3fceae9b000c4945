/** ReadPointer moves forward while the page is visible and the newest message is on the screen. */

/** @import {Client} from "../client/client.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {Timeline} from "./timeline.js" */

const EVERY_MS = 5000;

export class ReadPointer {
  #client;
  #scroll;
  #timeline;
  #toldAt = -EVERY_MS;
  /** @type {Map<string, number>} the pointer that the server knows, by room */
  #told = new Map();
  /** The reader has left the end since they have moved the pointer back. */
  #wasAway = false;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client @param {Scroll} scroll @param {Timeline} timeline */
  constructor(client, scroll, timeline) {
    this.#client = client;
    this.#timeline = timeline;
    this.#scroll = scroll;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#look());
    this.#timeline.on("painted", () => this.#look());
    this.#client.connection.on("greeted", () => this.#look());
    this.#scroll.on("moved", () => this.#scrolled());
    document.addEventListener("visibilitychange", () => this.returned());
    window.addEventListener("focus", () => this.#look());
    window.addEventListener("pagehide", () => this.#leaving());
  }

  /** Put a "New" row above the messages that arrived while the reader was away. */
  returned() {
    const { head, read, unmarked } = this.#client.state();
    if (this.#seesEnd && head.o > read && !unmarked) this.#client.dispatch(this.#client.shown, { type: "entered" });
    this.#look();
  }

  get #seesEnd() {
    return (
      !document.hidden &&
      this.#timeline.settled &&
      this.#scroll.isSeen &&
      this.#scroll.following &&
      !this.#client.state().after
    );
  }

  /** A reader who comes back to the end after they have moved the pointer back is reading again. */
  #scrolled() {
    const { shown } = this.#client;
    if (this.#wasAway && this.#scroll.following) this.#client.dispatch(shown, { type: "readingAgain" });
    this.#look();
  }

  #look() {
    const atBottom = this.#seesEnd;
    const { room, head, read, unmarked } = this.#client.state();
    this.#wasAway = unmarked && (this.#wasAway || !this.#scroll.following);
    if (unmarked) this.#told.set(this.#client.shown, read);
    if (this.#client.state().atBottom !== atBottom)
      this.#client.dispatch(this.#client.shown, { type: "scrolled", atBottom });
    if (!atBottom || !room?.role || unmarked) return;
    if (head.o > read) this.#client.readUpTo(room.key, head.o);
    this.#tellSoon();
  }

  /** Tell the server, at most every five seconds. */
  #tellSoon() {
    const { shown } = this.#client;
    if (this.#timer !== null || this.#client.connection.state.name !== "ready") return;
    if (this.#client.state().read <= (this.#told.get(shown) ?? this.#client.state().room?.read ?? 0)) return;
    const wait = Math.max(0, this.#toldAt + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => this.#tell(shown), wait);
  }

  #leaving() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#tell(this.#client.shown);
  }

  /** @param {string} key */
  async #tell(key) {
    const o = this.#client.state(key).read;
    this.#toldAt = performance.now();
    await this.#client.connection.request("read.mark", { room: key, o }).then(
      () => this.#told.set(key, o),
      () => undefined,
    );
    this.#timer = null;
    this.#tellSoon();
  }
}
