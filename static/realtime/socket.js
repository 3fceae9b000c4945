/** Socket wraps one WebSocket: messages both ways, and no more events after `close`. */

import { CLOSED_HERE, encode, SUBPROTOCOL } from "./protocol.js";

export class Socket {
  #socket;

  /**
   * @param {typeof WebSocket} WebSocket @param {string} path from the page's origin, or absolute
   * @param {{opened: () => void, messageReceived: (message: any) => void, closed: (code: number) => void}} facts
   */
  constructor(WebSocket, path, { opened, messageReceived, closed }) {
    const url = new URL(path, globalThis.location?.href);
    url.protocol = url.protocol.replace("http", "ws"); // some browsers accept neither a path nor http
    this.#socket = new WebSocket(url.href, SUBPROTOCOL);
    this.#socket.onopen = opened;
    this.#socket.onmessage = ({ data }) => messageReceived(JSON.parse(data));
    this.#socket.onclose = ({ code }) => closed(code);
  }

  /** @param {object} message */
  send(message) {
    this.#socket.send(encode(message));
  }

  close() {
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(CLOSED_HERE);
  }
}
