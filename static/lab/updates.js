/** Updates every 50 ms, as many as the connection takes. */

import { byId } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { update } from "./loop.js";
import { Line, pressed, show } from "./page.js";

const BYTES = 128 * 1024;
const EVERY_MS = 50;
const TICKS = 400;

const counts = { sent: 0, skipped: 0 };
/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;
let ticks = 0;
const line = new Line("updates", ({ data }) => show("read", data), stop);
const button = byId("start", HTMLButtonElement);
const slow = byId("slow", HTMLButtonElement);

function getUpdateData() {
  return String(counts.sent).padEnd(BYTES, ".");
}

function start() {
  ticks = 0;
  timer = setInterval(() => {
    update(line.socket, getUpdateData, counts);
    paint();
    if (++ticks === TICKS) stop();
  }, EVERY_MS);
  changed();
}

function stop() {
  clearInterval(timer);
  timer = undefined;
  changed();
}

function changed() {
  button.textContent = say(timer ? "lab.stop" : "lab.start");
  slow.disabled = !timer;
}

function paint() {
  show("sent", String(counts.sent));
  show("skipped", String(counts.skipped));
  show("buffered", String(line.socket.bufferedAmount));
}

pressed("start", () => (timer ? stop() : line.open && start()));
pressed("slow", () => line.send("slow"));
document.addEventListener("visibilitychange", () => document.hidden && timer && stop());
