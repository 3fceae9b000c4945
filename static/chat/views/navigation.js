/**
 * Navigation keeps the shown room and the address together. Rooms change without a reload; a reload gives the same
 * page.
 */

/** @import {Client} from "../client/client.js" */
/** @import {Timeline} from "./timeline.js" */

import { Emitter } from "../../realtime/emitter.js";
import { byId } from "../ui/dom.js";

const ADDRESS = /^\/r\/([A-Za-z0-9]{16})\/(?:@(\d+))?$/;

/**
 * Events. "turned": on a phone, from the messages to the rooms or back. "arrived" (offset, hash): at the address of a
 * message.
 * @extends {Emitter<{turned: [], arrived: [number, string]}>}
 */
export class Navigation extends Emitter {
  #app = byId("app", HTMLElement);
  #client;
  #timeline;

  /** @param {Client} client @param {Timeline} timeline */
  constructor(client, timeline) {
    super();
    this.#client = client;
    this.#timeline = timeline;
  }

  start() {
    history.replaceState({ view: "talk" }, "");
    document.addEventListener("click", (event) => this.#clicked(event));
    addEventListener("popstate", ({ state }) => this.#show(location.pathname, state?.view ?? "talk", location.hash));
    document.getElementById("back")?.addEventListener("click", () => this.#showRooms());
  }

  /** @param {string} key */
  go(key) {
    this.#goTo(`/r/${key}/`);
  }

  /** Follow links to rooms and messages without a reload, unless a modifier key is held. @param {MouseEvent} event */
  #clicked(event) {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (
      event.defaultPrevented ||
      !(link instanceof HTMLAnchorElement) ||
      !plain ||
      link.origin !== location.origin ||
      !ADDRESS.test(link.pathname) ||
      !this.#client.me
    )
      return;
    event.preventDefault();
    this.#goTo(link.pathname, link.hash);
  }

  /** @param {string} path @param {string} [hash] */
  #goTo(path, hash = "") {
    if (path + hash !== location.pathname + location.hash) history.pushState({ view: "talk" }, "", path + hash);
    this.#show(path, "talk", hash);
  }

  #showRooms() {
    history.pushState({ view: "rooms" }, "");
    this.#turn("rooms");
    /** @type {HTMLElement | null} */ (document.querySelector(".room[aria-current]"))?.focus();
  }

  /** @param {string} path @param {string} view @param {string} hash */
  #show(path, view, hash) {
    const [, key, o] = ADDRESS.exec(path) ?? [];
    this.#turn(view);
    if (key && key !== this.#client.shown) this.#client.show(key);
    if (key && o) this.arrive(Number(o), hash);
  }

  /** Show a message of the shown room, and tell that the reader has arrived. @param {number} o @param {string} hash */
  arrive(o, hash) {
    this.#timeline.showMessage(o);
    this.emit("arrived", o, hash);
  }

  /** @param {string} view */
  #turn(view) {
    if (this.#app.dataset.view === view) return;
    this.#app.dataset.view = view;
    this.emit("turned");
  }
}
