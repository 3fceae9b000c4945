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
export const timeOf = ({ line, pending }) => line?.at ?? pending?.at ?? 0;

/** @param {Item} item */
export function isRemoved({ line, pending }) {
  return Boolean(line?.removed) || (pending?.method === "message.delete" && pending.state !== "failed");
}

/** The words of a line as they were written, a pending change included. @param {Item} item @returns {string} */
export function textOf({ line, pending }) {
  return (pending?.state !== "failed" || !line ? pending?.params.text : null) ?? line?.data?.text ?? "";
}
