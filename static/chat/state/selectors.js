/** Selectors: questions of the views to the state of a room. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Item, Message, RoomState} from "./types.js" */

import { reactingByMessage, SET } from "./reactions.js";

/** Return the messages to show, oldest first. @param {RoomState} state @returns {Message[]} */
export function lines(state) {
  return state.lines.filter(({ data, removed }) => data !== null || removed);
}

/**
 * Return the messages with the pending requests: posts at the end, changes and reactions at their message. The `key`
 * stays the same when a pending post becomes a message.
 * @param {RoomState} state @param {PendingRequest[]} pending @returns {Item[]}
 */
export function timeline(state, pending) {
  const changing = pending.filter(({ method, params }) => "o" in params && method !== SET);
  const changes = new Map(changing.map((request) => [request.params.o, request]));
  const reacting = reactingByMessage(pending);
  const arrived = new Set(state.lines.map(({ cid }) => cid));
  const posts = pending.filter(({ method, cid }) => method === "message.post" && !arrived.has(cid));
  const stored = lines(state).map((message) => ({
    key: message.cid ? `c${message.cid}` : `o${message.o}`,
    message,
    pending: changes.get(message.o) ?? null,
    ...(reacting.has(message.o) && { reacting: reacting.get(message.o) }),
  }));
  return [...stored, ...posts.map((request) => ({ key: `c${request.cid}`, message: null, pending: request }))];
}

/**
 * Return the offset of the message below the "New" row, or null when there is none in the window.
 * @param {RoomState} state @returns {number | null}
 */
export function firstNew(state) {
  const { fresh, me, before } = state;
  if (!fresh || (before && state.lines[0]?.o > fresh.from)) return null;
  return lines(state).find(({ o, by }) => o > fresh.from && o <= (fresh.to ?? Infinity) && by !== me)?.o ?? null;
}

/** Moderators of the site have this rank; admins have a greater one. */
export const MODERATOR = 2;

/**
 * Return the rank: 0 member, 1 host of the room, 2 moderator, 3 admin of the site.
 * @param {import("./types.js").Role | undefined} role
 * @param {number | null} [rank] the rank as last read; the role may be newer
 */
function rankBy(role, rank) {
  return Math.max(role === "host" ? 1 : 0, rank && rank > 1 ? rank : 0);
}

/** Return the rank of the reader; -1 for a reader who is no member. @param {RoomState} state @returns {number} */
export function myRank({ room }) {
  return room?.role ? rankBy(room.role, room.rank) : -1;
}

/**
 * Return whether the reader's rank is above that of a person. Where the person's rank is unknown, the server decides.
 * @param {RoomState} state @param {string | null} user @returns {boolean}
 */
export function isAbove(state, user) {
  const member = user ? state.members?.[user] : null;
  return user !== state.me && myRank(state) > Math.max(0, rankBy(member?.role, member?.rank));
}

/** Return the other person of a room of two, or null. @param {RoomState} state @returns {string | null} */
export function partner({ room, me }) {
  return room?.direct?.length === 2 ? (room.direct.find((user) => user !== me) ?? null) : null;
}

/** @param {RoomState} state @param {string} user @returns {string} */
export function nameOf({ people }, user) {
  return people[user]?.name ?? "…";
}

/** Return whether the reader has sent a message request that nobody has accepted yet. @param {RoomState} state */
export function isRequestSent(state) {
  return Boolean(state.room?.unanswered && state.lines.some(({ by, kind }) => kind === "text" && by === state.me));
}

/**
 * Return the badge of a person. A rank of the site comes before one of the room.
 * @param {Pick<RoomState, "people" | "room">} state @param {string | null} id
 * @returns {string} "admin", "moderator", "host", "guest" or ""
 */
export function badgeOf({ people, room }, id) {
  if (!id) return "";
  const badge = people[id]?.badge ?? "";
  if (badge === "admin" || badge === "moderator") return badge;
  return room?.hosts?.includes(id) ? "host" : badge;
}

/** Return the other people who are typing. @param {RoomState} state @returns {string[]} user ids */
export function typists({ typing }) {
  return Object.keys(typing);
}

/**
 * Return the cursor of the next page of one side, or null when there is no more.
 * @param {RoomState} state @param {"before" | "after"} side @returns {{before: number} | {after: number} | null}
 */
export function cursor(state, side) {
  const message = side === "before" ? state.lines[0] : state.lines.at(-1);
  if (!message || !state[side]) return null;
  return side === "before" ? { before: message.o } : { after: message.o };
}
