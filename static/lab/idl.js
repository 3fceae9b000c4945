/** Members of the interface, ticked as they are tried. */

import { byId, make } from "../chat/ui/dom.js";
import { count, say } from "../chat/ui/words.js";
import { examined } from "./members.js";
import { address, pressed, STATES, show } from "./page.js";

const list = byId("members", HTMLElement);
const strip = byId("states", HTMLElement);

/** @param {import("./members.js").Row} row */
function item([idl, seen, right]) {
  const row = make("li", right ? "right" : "wrong");
  const mark = make("span", "mark", right ? "✓" : "✗");
  mark.setAttribute("role", "img");
  mark.ariaLabel = say(right ? "lab.idl.right" : "lab.idl.wrong");
  row.append(mark, make("code", "", idl), make("span", "seen", seen));
  return row;
}

async function run() {
  list.replaceChildren();
  strip.replaceChildren();
  const told = (/** @type {number} */ state) => strip.append(make("span", "lab-step", `${state} ${STATES[state]}`));
  const worker = new URL("./sleeper.js", import.meta.url);
  let wrong = 0;
  for await (const row of examined({ url: address("idl"), refused: address("refused"), worker, told })) {
    list.append(item(row));
    if (!row[2]) wrong += 1;
  }
  show("summary", wrong ? count("lab.idl.differ", wrong) : say("lab.idl.all", { n: list.childElementCount }));
}

pressed("again", run);
run();
