/** Parts that the pages of the lab share: their words, a connection to a route, its messages. */

import { byId, make } from "../chat/ui/dom.js";
import { learn, say } from "../chat/ui/words.js";

export const LINES = 200;
/** The names are in the order of `readyState`. */
export const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

learn(JSON.parse(byId("words", HTMLScriptElement).text));

/** Return the address with ws:, which older browsers need. @param {string} route */
export function address(route) {
  return new URL(`/ws/lab/${route}`, location.href.replace(/^http/, "ws")).href;
}

/** @param {"→" | "←" | "·" | ""} way @param {string} text */
export function log(way, text) {
  const list = byId("log", HTMLElement);
  const line = make("p", "");
  if (way) line.append(make("span", "way", way));
  line.append(make("span", "", text));
  line.dataset.way = way;
  list.append(line);
  if (list.childElementCount > LINES) list.firstElementChild?.remove();
  list.scrollTop = list.scrollHeight;
}

/** @param {number} state @param {string} word */
function tell(state, word) {
  byId("state", HTMLElement).dataset.state = String(state);
  byId("state-word", HTMLElement).textContent = word;
  byId("again", HTMLElement).hidden = state !== WebSocket.CLOSED;
}

/** The connection of the page: `line.socket` is the newest one; a button makes another. */
export class Line {
  /** @param {string} route @param {(event: MessageEvent) => void} heard @param {(event: CloseEvent) => void} [closed] @param {() => void} [opened] */
  constructor(route, heard, closed = () => {}, opened = () => {}) {
    this.route = route;
    this.heard = heard;
    this.closed = closed;
    this.opened = opened;
    this.socket = this.connect();
    byId("again", HTMLButtonElement).addEventListener("click", () => (this.socket = this.connect()));
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.socket = this.connect();
    });
  }

  connect() {
    const socket = new WebSocket(address(this.route));
    socket.binaryType = "arraybuffer";
    tell(socket.readyState, say("lab.connecting"));
    socket.onopen = () => {
      tell(socket.readyState, say("lab.connected"));
      this.opened();
    };
    socket.onmessage = this.heard;
    socket.onclose = (event) => {
      tell(socket.readyState, say("lab.closed", { code: event.code }));
      this.closed(event);
    };
    return socket;
  }

  get open() {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Send data, and return whether the connection was open. @param {string | ArrayBufferView<ArrayBuffer>} data */
  send(data) {
    if (this.open) this.socket.send(data);
    return this.open;
  }
}

/** @param {ArrayBuffer | ArrayBufferView} data */
export function hex(data) {
  const bytes =
    data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** @param {string} text */
export function weight(text) {
  return new TextEncoder().encode(text).length;
}

/** @param {string} id @param {() => void} act */
export function pressed(id, act) {
  byId(id, HTMLButtonElement).addEventListener("click", act);
}

/** @param {string} id @param {string} text */
export function show(id, text) {
  byId(id, HTMLElement).textContent = text;
}
