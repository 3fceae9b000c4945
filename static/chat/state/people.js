/** The people of a room: by id, the newest revision of each, and the ids whose names are not known yet. */

/** @import {People} from "../../realtime/types.js" */
/** @import {Added} from "./added.js" */
/** @import {Message, RoomState} from "./types.js" */

/** Return the users that a text mentions. @param {{mentions?: Record<string, string>} | null | undefined} data @returns {string[]} */
export function mentionedOf(data) {
  return Object.keys(data?.mentions ?? {}).filter((user) => user !== "here");
}

/** @param {RoomState} state @param {People} people @returns {RoomState} */
export function addPeople(state, people) {
  const newer = Object.entries(people).filter(([id, { rev }]) => rev > (state.people[id]?.rev ?? -1));
  if (newer.length === 0) return state;
  const known = { ...state.people, ...Object.fromEntries(newer) };
  return { ...state, people: known, unknown: state.unknown.filter((id) => !known[id]) };
}

/** @param {RoomState} state @param {(string | null | undefined)[]} ids @returns {RoomState} */
export function markUnknown(state, ids) {
  const strangers = new Set(ids.filter((id) => id && !state.people[id] && !state.unknown.includes(id)));
  return strangers.size > 0
    ? { ...state, unknown: [...state.unknown, .../** @type {Set<string>} */ (strangers)] }
    : state;
}

/**
 * @param {RoomState} state @param {Added} added @param {Message[]} lines @param {Record<string, any>} [parts]
 * @returns {RoomState}
 */
export function markMentioned(state, added, lines, parts = {}) {
  const inLines = lines.flatMap(({ kind, data }) => [
    ...((data && added.messagePeople[kind]?.(data)) ?? []),
    ...mentionedOf(data),
  ]);
  const inParts = Object.entries(parts).flatMap(([name, part]) => added.sectionPeople[name]?.(part) ?? []);
  return markUnknown(state, [...inLines, ...inParts]);
}
