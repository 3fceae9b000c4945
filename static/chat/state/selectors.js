/** What views ask of a room's state. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Item, Message, RoomState} from "./types.js" */

/** The lines to show, oldest first. @param {RoomState} state @returns {Message[]} */
export function lines(state) {
  return state.lines.filter(({ data, removed }) => data !== null || removed);
}

/** Lines with what waits in the outbox: posts at the end, pending edits and removals at their message.
 * `key` stays the same while a pending post becomes a message. @param {RoomState} state @param {PendingRequest[]} pending @returns {Item[]} */
export function timeline(state, pending) {
  const changes = new Map(pending.filter(({ params }) => "o" in params).map((request) => [request.params.o, request]));
  const arrived = new Set(state.lines.map(({ cid }) => cid));
  const posts = pending.filter(({ method, cid }) => method === "message.post" && !arrived.has(cid));
  const stored = lines(state).map((message) => ({
    key: message.cid ? `c${message.cid}` : `o${message.o}`,
    message,
    pending: changes.get(message.o) ?? null,
  }));
  return [...stored, ...posts.map((request) => ({ key: `c${request.cid}`, message: null, pending: request }))];
}

/** Offset of the message above which "New" stands, or null: none, or it is outside the window. @param {RoomState} state @returns {number | null} */
export function firstNew(state) {
  const { fresh, me, before } = state;
  if (!fresh || (before && state.lines[0]?.o > fresh.from)) return null;
  return lines(state).find(({ o, by }) => o > fresh.from && o <= (fresh.to ?? Infinity) && by !== me)?.o ?? null;
}

/** 0 member, 1 host of the room, 2 moderator, 3 admin of the site. @param {import("./types.js").Role | undefined} role @param {number | null} [rank] as last read; a role may be newer */
function rankBy(role, rank) {
  return Math.max(role === "host" ? 1 : 0, rank && rank > 1 ? rank : 0);
}

/** My rank here; -1 for who only looks. @param {RoomState} state @returns {number} */
export function myRank({ room }) {
  return room?.role ? rankBy(room.role, room.rank) : -1;
}

/** Do I stand above this person here? Of whom nothing is known the server knows it. @param {RoomState} state @param {string | null} user @returns {boolean} */
export function isAbove(state, user) {
  const member = user ? state.members?.[user] : null;
  return user !== state.me && myRank(state) > Math.max(0, rankBy(member?.role, member?.rank));
}

/** The other one of a room of two, or null. @param {RoomState} state @returns {string | null} */
export function partner({ room, me }) {
  return room?.direct?.length === 2 ? (room.direct.find((user) => user !== me) ?? null) : null;
}

/** @param {RoomState} state @param {string} user @returns {string} */
export function nameOf({ people }, user) {
  return people[user]?.name ?? "…";
}

/** Has my request been sent, and nobody has accepted it? @param {RoomState} state */
export function isRequestSent(state) {
  return Boolean(state.room?.unanswered && state.lines.some(({ by, kind }) => kind === "text" && by === state.me));
}

/** A rank of the site before one of the room. @param {Pick<RoomState, "people" | "room">} state @param {string | null} id @returns {string} "admin", "moderator", "host", "guest" or "" */
export function badgeOf({ people, room }, id) {
  if (!id) return "";
  const badge = people[id]?.badge ?? "";
  if (badge === "admin" || badge === "moderator") return badge;
  return room?.hosts?.includes(id) ? "host" : badge;
}

/** Who is typing now besides me. @param {RoomState} state @returns {string[]} user ids */
export function typists({ typing }) {
  return Object.keys(typing);
}

/** Where the next page of one side begins; null: there is none. @param {RoomState} state @param {"before" | "after"} side @returns {{before: number} | {after: number} | null} */
export function cursor(state, side) {
  const message = side === "before" ? state.lines[0] : state.lines.at(-1);
  if (!message || !state[side]) return null;
  return side === "before" ? { before: message.o } : { after: message.o };
}
