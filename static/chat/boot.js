/** What the page brings along: its state at the moment it was made, and its words. */

/** @import {Person} from "../realtime/types.js" */
/** @import {Membership, Snapshot} from "./types.js" */
import { byId } from "./dom.js";
import { learn } from "./words.js";

/**
 * @typedef {object} Boot
 * @property {(Person & {id: string, guest?: boolean}) | null} user null: a visitor, who only looks
 * @property {string} token
 * @property {string} socket
 * @property {string} language
 * @property {string} room
 * @property {number | null} focus
 * @property {Snapshot} snapshot
 * @property {Membership[]} rooms
 * @property {string[]} blocked
 * @property {{code: string} | null} invite
 */

/** @returns {Boot} */
export function readBoot() {
  learn(json("words"));
  return json("boot");
}

/** @param {string} id */
function json(id) {
  return JSON.parse(byId(id, HTMLScriptElement).text);
}
