/** What the page brings along: its state at the moment it was made, and its words. */

/** @import {Boot} from "../state/types.js" */

import { byId } from "./dom.js";
import { learn } from "./words.js";

/** @returns {Boot} */
export function readBoot() {
  learn(json("words"));
  return json("boot");
}

/** @param {string} id */
function json(id) {
  return JSON.parse(byId(id, HTMLScriptElement).text);
}
