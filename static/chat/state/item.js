/** An item of the timeline is a message, a pending post, or a message with a pending change. */

/** @import {Item} from "./types.js" */

/** Messages of these kinds have no face and are centred. @type {Set<string>} */
export const SYSTEM_KINDS = new Set(["room.created", "room.changed"]);

/** @param {Item} item */
const kindOf = ({ message }) => message?.kind ?? "text";

/** @param {Item} item */
export const isSystem = (item) => SYSTEM_KINDS.has(kindOf(item));

/** Return whether a person wrote the message as text. Cards are not text. @param {Item} item */
export const isText = (item) => kindOf(item) === "text";

/** @param {Item} item @param {string | null} me */
export const authorOf = ({ message }, me) => (message ? message.by : me);

/** @param {Item} item */
export const timeOf = ({ message, pending }) => message?.at ?? pending?.at ?? 0;

/** @param {Item} item */
export function isRemoved({ message, pending }) {
  return Boolean(message?.removed) || (pending?.method === "message.delete" && pending.state !== "failed");
}

/** Return the source text of a message, with a pending edit applied. @param {Item} item @returns {string} */
export function textOf({ message, pending }) {
  return (pending?.state !== "failed" || !message ? pending?.params.text : null) ?? message?.data?.text ?? "";
}
