/** Questions about replies: what a message answers, what is known of it, and what has to be asked. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Item, Quote, RoomState} from "./types.js" */

import { isRemoved } from "./item.js";
import { quoteFrom } from "./quotes.js";
import { find } from "./window.js";

/** Return the offset that an item answers, or null. @param {Item} item @returns {number | null} */
export function answeredBy(item) {
  return isRemoved(item) ? null : (item.message?.re ?? item.pending?.params.re ?? null);
}

/**
 * Return what is known of a message that is answered: the message itself, or its quote. Null: it is not known yet.
 * @param {RoomState} state @param {number} o
 */
export function originalOf(state, o) {
  return find(state, o) ?? state.quotes[o] ?? null;
}

/** Return the quote of a message, or null when it is not known yet. @param {RoomState} state @param {number} o */
export function quoteOf(state, o) {
  const message = find(state, o);
  return message ? quoteFrom(message) : /** @type {Quote | null} */ (state.quotes[o] ?? null);
}

/**
 * Return the offsets of answered messages of which nothing is known and nothing is asked.
 * @param {RoomState} state @param {PendingRequest[]} pending @param {(number | null)[]} [more] @returns {number[]}
 */
export function unknownOriginals(state, pending, more = []) {
  const answered = [
    ...state.lines.map(({ re, removed }) => (removed ? undefined : re)),
    ...pending.map(({ params }) => params.re),
    ...more,
  ];
  const wanted = /** @type {Set<number>} */ (new Set(answered.filter((o) => o !== undefined && o !== null)));
  return [...wanted].filter((o) => !(o in state.quotes) && !find(state, o));
}
