/** Floats: five numbers as twenty bytes, there and back. */

import { say } from "../chat/ui/words.js";
import { hex, Line, pressed, show } from "./page.js";

let sent = new Float32Array();

function numbers() {
  const array = new Float32Array(5);
  for (let i = 0; i < array.length; ++i) array[i] = i / 2;
  return array;
}

const line = new Line("floats", ({ data }) => {
  if (typeof data === "string") return show("said", data);
  const back = new Float32Array(data);
  show("back", `${hex(data)} = ${back.join(" ")}`);
  const same = back.length === sent.length && back.every((number, place) => number === sent[place]);
  show("same", say(same ? "lab.floats.same" : "lab.floats.different", { n: data.byteLength }));
});

pressed("send", () => {
  sent = numbers();
  if (line.send(sent)) show("sent", `${sent.join(" ")} = ${hex(sent)}`);
});
