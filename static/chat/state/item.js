/** What an item of the talk is: a message, what waits to become one, or a message with a change on its way. Pure. */

/** @import {Item} from "./types.js" */

/** Kinds without a face, in the middle of the column. @type {Set<string>} */
export const SYSTEM_KINDS = new Set(["room.created", "room.changed"]);

/** @param {Item} item */
export const kindOf = ({ message }) => message?.kind ?? "text";

/** @param {Item} item */
export const isSystem = (item) => SYSTEM_KINDS.has(kindOf(item));

/** Written by a person, word by word: not a card. @param {Item} item */
export const isText = (item) => kindOf(item) === "text";

/** @param {Item} item @param {string | null} me */
export const authorOf = ({ message }, me) => (message ? message.by : me);

/** @param {Item} item */
export const timeOf = ({ message, pending }) => message?.at ?? pending?.at ?? 0;

/** @param {Item} item */
export function isRemoved({ message, pending }) {
  return Boolean(message?.removed) || (pending?.method === "message.delete" && pending.state !== "failed");
}

/** The words of a message as they were written, a pending change included. @param {Item} item @returns {string} */
export function textOf({ message, pending }) {
  return (pending?.state !== "failed" || !message ? pending?.params.text : null) ?? message?.data?.text ?? "";
}
