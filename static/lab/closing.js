/** Close codes, and what the page sees of them. */

import { byId, make } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { address, pressed, show, weight } from "./page.js";

const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 4000, 4999];
const MOST = 123;
const code = byId("code", HTMLSelectElement);
const reason = byId("reason", HTMLInputElement);

/** @param {string} who @param {CloseEvent} event */
function closed(who, event) {
  const row = document.createElement("tr");
  row.append(
    make("td", "", who),
    make("td", "", String(event.code)),
    make("td", "", event.reason || say("lab.no_reason")),
    make("td", "", String(event.wasClean)),
  );
  byId("closes", HTMLElement).prepend(row);
}

/** Open a connection for one close. @param {string} route @param {string} who @param {(socket: WebSocket) => void} opened */
function tried(route, who, opened) {
  show("problem", "");
  const socket = new WebSocket(address(route));
  socket.onopen = () => {
    try {
      opened(socket);
    } catch (error) {
      show("problem", String(error));
      socket.close();
    }
  };
  socket.onclose = (event) => closed(who, event);
}

/** @param {WebSocket} socket */
function byServer(socket) {
  socket.send(`${code.value} ${reason.value}`);
}

/** @param {WebSocket} socket */
function byPage(socket) {
  socket.close(Number(code.value), reason.value);
}

function weigh() {
  const bytes = weight(reason.value);
  show("weight", say(bytes > MOST ? "lab.reason.over" : "lab.reason.bytes", { n: bytes, most: MOST }));
}

for (const each of CODES) {
  const meaning = say(`lab.code.${each}`);
  code.add(new Option(`${each} ${meaning}`, String(each)));
}
reason.addEventListener("input", weigh);
byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const ours = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value === "page";
  tried("closing", say(ours ? "lab.by.page" : "lab.by.server"), ours ? byPage : byServer);
});
pressed("bare", () => tried("closing", say("lab.by.page"), (socket) => socket.close()));
pressed("refused", () => tried("refused", say("lab.by.nobody"), () => {}));
pressed("full", () => {
  reason.value = "字".repeat(41);
  weigh();
});
weigh();
