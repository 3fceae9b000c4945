/** Lamp that all visitors share. */

import { byId } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { Line, log, pressed, show } from "./page.js";

const line = new Line("lamp", heard);

/** @param {MessageEvent<string>} event */
function heard(event) {
  log("←", event.data);
  if (event.data === "on") turnLampOn();
  else if (event.data === "off") turnLampOff();
}

function turnLampOn() {
  byId("lamp", HTMLElement).dataset.lamp = "on";
  show("lamp-word", say("lab.lamp.on"));
}

function turnLampOff() {
  byId("lamp", HTMLElement).dataset.lamp = "off";
  show("lamp-word", say("lab.lamp.off"));
}

for (const way of ["on", "off"]) pressed(way, () => line.send(way) && log("→", way));
