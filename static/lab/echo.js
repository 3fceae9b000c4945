/** Page "WebSocket Echo Test": the texts of the tutorial's console, to the letter. */

import { byId } from "../chat/ui/dom.js";
import { address, hex, Line, log, pressed } from "./page.js";

const wsuri = address("echo");
const message = byId("message", HTMLInputElement);
/** @type {Line | undefined} */
let line;

function loaded() {
  log("", "onload");
  line = new Line("echo", heard, closed, opened);
}

function opened() {
  log("", `connected to ${wsuri}`);
}

/** @param {CloseEvent} event */
function closed({ code }) {
  log("", `connection closed (${code})`);
}

/** @param {MessageEvent<string | ArrayBuffer>} event */
function heard({ data }) {
  log("", `message received: ${data instanceof ArrayBuffer ? hex(data) : data}`);
}

function send() {
  line?.send(message.value);
}

addEventListener("load", loaded);
byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
pressed("bytes", () => line?.send(new TextEncoder().encode(message.value)));
