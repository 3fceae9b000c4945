/** Calculator of the handshake: each step while the reader types. */

import { byId } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { accept, keyBytes } from "./accept.js";
import { hex, pressed, show } from "./page.js";

const key = byId("key", HTMLInputElement);
const seed = key.value;

function paint() {
  const text = key.value.trim();
  const steps = accept(text);
  const bytes = keyBytes(text);
  show(
    "weight",
    bytes === null ? say("lab.key.no_base64") : say(bytes === 16 ? "lab.key.right" : "lab.key.wrong", { n: bytes }),
  );
  byId("weight", HTMLElement).dataset.right = String(bytes === 16);
  show("joined", steps.joined);
  show("digest", hex(steps.digest));
  show("accept", steps.accept);
}

/** @param {string} value */
function take(value) {
  key.value = value;
  paint();
}

key.addEventListener("input", paint);
byId("form", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
pressed("random", () => take(btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))));
pressed("seed", () => take(seed));
paint();
