/** Topic: all visitors receive what one publishes. */

import { byId } from "../chat/ui/dom.js";
import { Line, log, show } from "./page.js";

const value = byId("value", HTMLInputElement);
const line = new Line("sensors", heard);

/** @param {MessageEvent<string>} event */
function heard(event) {
  log("←", event.data);
  show("reading", event.data.slice(event.data.indexOf(" ") + 1));
}

byId("form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  if (value.value && line.send(value.value)) log("→", value.value);
});
