/** Previews of the links in a message. */

/** @import {Item, LinkPreview, RoomState} from "./types.js" */

import { isRemoved, isText } from "./item.js";
import { isAbove } from "./selectors.js";

/** Return the previews of a message, none while an edit of it is on the way. @param {Item} item @returns {LinkPreview[]} */
export function previewsOf(item) {
  const edited = item.pending?.params.text !== undefined && item.pending.state !== "failed";
  return isText(item) && !isRemoved(item) && !edited ? (item.message?.data?.previews ?? []) : [];
}

/**
 * Return whether the reader may remove the previews of a message: the author, and those who rank above the author.
 * @param {RoomState} state @param {Item} item
 */
export function mayRemovePreviews(state, { message }) {
  const by = message?.by ?? null;
  return Boolean(state.room?.role) && by !== null && (by === state.me || isAbove(state, by));
}
