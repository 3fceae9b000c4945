/** Sends the same request from this page and from a foreign origin. */

import { part } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { address, pressed } from "./page.js";

/** Act as a foreign page. It runs in a worker whose origin is opaque. */
function foreign() {
  self.onmessage = ({ data }) => {
    const socket = new WebSocket(data);
    socket.onmessage = (event) => postMessage(event.data);
    socket.onclose = () => postMessage(null);
  };
}

/** Return what the route told, or null. @param {string} url @returns {Promise<string | null>} */
function asPage(url) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => {
      resolve(data);
      socket.close();
    };
    socket.onclose = () => resolve(null);
  });
}

/** @param {string} url @returns {Promise<string | null>} */
function asStranger(url) {
  return new Promise((resolve) => {
    const worker = new Worker("data:text/javascript," + encodeURIComponent(`(${foreign})()`));
    worker.onmessage = ({ data }) => {
      resolve(data);
      worker.terminate();
    };
    worker.onerror = () => resolve(null);
    worker.postMessage(url);
  });
}

/** @param {string} who @param {string} route @param {(url: string) => Promise<string | null>} ask */
async function tried(who, route, ask) {
  const row = part(document, `[data-try=${who}-${route}]`, HTMLElement);
  const told = await ask(address(route));
  row.dataset.told = String(told !== null);
  part(row, "output", HTMLElement).textContent =
    told === null ? say("lab.origin.refused") : say("lab.origin.told", { secret: told });
}

pressed("attack", () => {
  for (const route of ["guarded", "open"]) {
    tried("page", route, asPage);
    tried("foreign", route, asStranger);
  }
});
