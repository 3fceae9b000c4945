/** Limits of the tutorial's option block, met from the page. */

import { byId } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { address, Line, log, pressed, show } from "./page.js";

const IDLE_S = 32;
const BUSY_MS = 5000;
let touched = performance.now();
const line = new Line("limits", ({ data }) => moved("←", data), closed);

/** @param {"→" | "←"} way @param {string} text */
function moved(way, text) {
  touched = performance.now();
  log(way, say("lab.limits.bytes", { n: text.length }));
}

/** @param {CloseEvent | {code: number, reason: string}} event */
function closed({ code, reason }) {
  show("ended", say("lab.limits.closed", { code, reason: reason || say("lab.no_reason") }));
  log("·", `${code} ${reason}`);
}

function count() {
  const left = line.open ? IDLE_S - (performance.now() - touched) / 1000 : IDLE_S;
  if (!line.open) touched = performance.now();
  show("idle", String(Math.max(0, Math.ceil(left))));
}

/** @param {number} bytes */
function send(bytes) {
  const text = "x".repeat(bytes);
  if (line.send(text)) moved("→", text);
}

function flood() {
  const button = byId("flood", HTMLButtonElement);
  const worker = new Worker(new URL("./sleeper.js", import.meta.url), { type: "module" });
  button.disabled = true;
  show("ended", say("lab.limits.busy"));
  worker.onmessage = ({ data }) => {
    if (typeof data === "string") return worker.postMessage({ address: address("limits"), ms: BUSY_MS });
    worker.terminate();
    button.disabled = false;
    if (data.said) return show("ended", say("lab.limits.no_flood"));
    log("←", say("lab.limits.bytes", { n: data.bytes }));
    return closed(data);
  };
}

pressed("fits", () => send(512));
pressed("large", () => send(513));
pressed("flood", flood);
setInterval(count, 500);
