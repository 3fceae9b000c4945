/** Data in the page: the state at the time when the server made it, and the words. */

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
