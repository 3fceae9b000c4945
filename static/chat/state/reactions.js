/**
 * Reactions to messages: `[[emoji, [user…]]…]` in the order of the first reactions. chat/reactions.py does the same on
 * the server, which decides.
 */

/** @import {PendingRequest, RoomEvent} from "../../realtime/types.js" */
/** @import {Item, Reactions, RoomState} from "./types.js" */

import { change } from "./window.js";

export const SET = "reaction.set";

/**
 * Return the reactions with one added or removed, or the same object when that changes nothing.
 * @param {Reactions} reactions @param {string} emoji @param {string} user @param {boolean} on @returns {Reactions}
 */
export function withReaction(reactions, emoji, user, on) {
  const index = reactions.findIndex(([other]) => other === emoji);
  const users = reactions[index]?.[1] ?? [];
  if (users.includes(user) === on) return reactions;
  if (index < 0) return [...reactions, [emoji, [user]]];
  if (on) return reactions.with(index, [emoji, [...users, user]]);
  if (users.length === 1) return reactions.toSpliced(index, 1);
  return reactions.with(index, [emoji, users.filter((other) => other !== user)]);
}

/**
 * Apply an event, or an answer that arrives before it.
 * @param {RoomState} state @param {Pick<RoomEvent, "by" | "data">} event @returns {RoomState}
 */
export function reacted(state, { by, data }) {
  if (!data || !by) return state;
  return change(state, data.o, (message) => {
    if (message.removed) return message;
    const former = message.reactions ?? [];
    const reactions = withReaction(former, data.emoji, by, data.on);
    return reactions === former ? message : { ...message, reactions };
  });
}

/**
 * Return the reactions of an item, with those of the reader that wait to be sent.
 * @param {Item} item @param {string | null} me @returns {Reactions}
 */
export function reactionsOf({ message, reacting = [] }, me) {
  const stored = message?.reactions ?? [];
  return me ? reacting.reduce((next, { params }) => withReaction(next, params.emoji, me, params.on), stored) : stored;
}

/**
 * Return the requests for reactions that may still succeed, by the offset of the message.
 * @param {PendingRequest[]} pending @returns {Map<number, PendingRequest[]>}
 */
export function reactingByMessage(pending) {
  const waiting = new Map();
  for (const request of pending)
    if (request.method === SET && request.state !== "failed")
      waiting.set(request.params.o, [...(waiting.get(request.params.o) ?? []), request]);
  return waiting;
}
