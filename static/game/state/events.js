/** Reducers of matches: for the card in the timeline, and for the table beside it. */

/** @import {PlugState} from "../../chat/client/plugs.js" */
/** @import {Reducer} from "../../chat/state/added.js" */
/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Table} from "./types.js" */

import { markUnknown } from "../../chat/state/people.js";
import { find } from "../../chat/state/window.js";
import { peopleOf } from "./table.js";

const KINDS = [
  "seated",
  "unseated",
  "waited",
  "moved",
  "timed_out",
  "clocked",
  "ended",
  "claimed",
  "present",
  "rematched",
].map((kind) => `match.${kind}`);

/** Take the table of a new card. @type {Reducer} */
function matchPosted(state, { data }) {
  const { kind: _, ...table } = data;
  return withTable(state, table);
}

/**
 * Take a table that arrived by another way than an event.
 * @param {RoomState} state @param {Table} table @returns {RoomState}
 */
export function tableReceived(state, table) {
  return withTable(withCard(state, table), table);
}

/** @param {RoomState} state @param {Table} table @returns {RoomState} */
function withCard(state, table) {
  const message = find(state, table.match);
  if (message?.kind !== "match" || !(message.data?.version < table.version)) return state;
  return { ...state, lines: state.lines.map((other) => (other === message ? { ...message, data: table } : other)) };
}

/** @param {RoomState} state @param {Table} table @returns {RoomState} */
function withTable(state, table) {
  const matches = state.parts.matches ?? {};
  if (matches[table.match]?.version >= table.version) return state;
  const parts = { ...state.parts, matches: { ...matches, [table.match]: table } };
  return markUnknown({ ...state, parts }, peopleOf(table));
}

/** Remove the disc that a player held over the board. @param {RoomState} state @returns {RoomState} */
function unhovered(state) {
  return state.slots.hover ? { ...state, slots: { ...state.slots, hover: {} } } : state;
}

/** @type {PlugState} */
export const gameState = {
  messageEvents: Object.fromEntries(
    KINDS.map((kind) => [kind, (state, { data }) => (data?.table ? withCard(state, data.table) : state)]),
  ),
  events: Object.fromEntries(
    KINDS.map((kind) => [kind, (state, { data }) => (data?.table ? withTable(unhovered(state), data.table) : state)]),
  ),
  posted: { match: matchPosted },
  slots: ["hover"],
  messagePeople: { match: peopleOf },
  sectionPeople: {
    matches: (/** @type {Record<string, Table>} */ matches) => Object.values(matches).flatMap(peopleOf),
  },
};
