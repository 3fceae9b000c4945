/** "WebSocket Echo Test": what the tutorial's page writes to the console stands on the page. */

import { byId } from "../chat/dom.js";
import { Line, hex, log, pressed } from "./page.js";

const message = byId("message", HTMLInputElement);
const line = connect();

function connect() {
  return new Line("echo", ({ data }) => log("←", data instanceof ArrayBuffer ? hex(data) : data));
}

function send() {
  if (line.send(message.value)) log("→", message.value);
}

byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
pressed("bytes", () => {
  const bytes = new TextEncoder().encode(message.value);
  if (line.send(bytes)) log("→", hex(bytes));
});
