/** What is known of one room, as a pure function of what came: (state, action) -> state, never changed in place. */

/** @import {Entry} from "../realtime/types.js" */
/** @import {Item, Line, RoomAction, RoomState} from "./types.js" */

/** @param {string | null} [me] my user id, null for a visitor @returns {RoomState} */
export function emptyRoom(me = null) {
  throw new Error(`not yet ${me}`);
}

/** The same state object comes back when nothing changed. @param {RoomState} state @param {RoomAction} action @returns {RoomState} */
export function reduce(state, action) {
  throw new Error(`not yet ${state} ${action}`);
}

/** The lines to show, oldest first. @param {RoomState} state @returns {Line[]} */
export function lines(state) {
  return state.lines;
}

/** Lines with what waits in the outbox: posts at the end, pending edits and removals at their line.
 * `key` stays the same while a pending post becomes a line. @param {RoomState} state @param {Entry[]} entries @returns {Item[]} */
export function timeline(state, entries) {
  throw new Error(`not yet ${state} ${entries}`);
}

/** Offset of the line above which "New" stands, or null. @param {RoomState} state @returns {number | null} */
export function newLine(state) {
  throw new Error(`not yet ${state}`);
}

/** Who is typing now besides me. @param {RoomState} state @returns {string[]} user ids */
export function typists(state) {
  throw new Error(`not yet ${state}`);
}

/** May a page be asked for there? @param {RoomState} state @param {"before" | "after"} side @returns {{before: number} | {after: number} | null} */
export function cursor(state, side) {
  throw new Error(`not yet ${state} ${side}`);
}
