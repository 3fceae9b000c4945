/** What an item of the talk is: a line, what waits to become one, or a line with a change on its way. Pure. */

/** @import {Item} from "./types.js" */

/** Kinds without a face, in the middle of the column. @type {Set<string>} */
export const SYSTEM_KINDS = new Set(["room.created", "room.changed"]);

/** @param {Item} item */
export const kindOf = ({ line }) => line?.kind ?? "text";

/** @param {Item} item */
export const isSystem = (item) => SYSTEM_KINDS.has(kindOf(item));

/** Written by a person, word by word: not a card. @param {Item} item */
export const isText = (item) => kindOf(item) === "text";

/** @param {Item} item @param {string | null} me */
export const authorOf = ({ line }, me) => (line ? line.by : me);

/** @param {Item} item */
export const timeOf = ({ line, entry }) => line?.at ?? entry?.at ?? 0;

/** @param {Item} item */
export function isRemoved({ line, entry }) {
  return Boolean(line?.removed) || (entry?.method === "message.delete" && entry.state !== "failed");
}

/** The words of a line as they were written, a pending change included. @param {Item} item @returns {string} */
export function textOf({ line, entry }) {
  return (entry?.state !== "failed" || !line ? entry?.params.text : null) ?? line?.data?.text ?? "";
}
