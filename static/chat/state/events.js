/**
 * Reducers by kind of event: for the messages of a room, and for the rest of its state. An event of an unknown kind
 * only moves the position. Plugs add more.
 */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {Added, Reducer} from "./added.js" */
/** @import {Message, Member, RoomState} from "./types.js" */

import { pinned } from "./pins.js";
import { reacted } from "./reactions.js";
import { put, remove } from "./window.js";

/**
 * Reducers of messages are applied again to a page that was requested before the event.
 * @type {Record<string, Reducer>}
 */
export const MESSAGE_EVENTS = {
  "message.posted": arrived,
  "room.created": arrived,
  "room.changed": arrived,
  "message.edited": (state, { data }) => (data ? put(state, data.line) : state),
  "message.restored": (state, { data }) => (data ? put(state, data.line) : state),
  "message.pinned": pinned,
  "message.deleted": (state, { o, data }) => (data ? remove(state, data.o, { by: data.by, at: data.at }, o) : state),
  "message.reacted": reacted,
};

/** Reducers of the rest of the state are applied once. @type {Record<string, Reducer>} */
export const EVENTS = {
  "message.posted": (state, event, added) => posted(counted(heard(state, event.by), event), event, added),
  "room.created": counted,
  "room.archived": (state, { at }) => closed(state, at),
  "room.restored": (state) => closed(state, null),
  "room.changed": (state, event) => counted(renamed(state, event), event),
  "member.joined": (state, { data, at }) => (data ? joined(state, data.user, at) : state),
  "member.role": (state, { data, at }) =>
    data ? withMember(state, data.user, { joined_at: at, ...state.members?.[data.user], role: data.role }) : state,
  "member.left": (state, { data }) => (data ? left(silenced(state, data.user), data.user) : state),
  "invite.created": (state, { by, data }) =>
    data ? { ...state, invites: { ...state.invites, [data.invite]: { ...data, by } } } : state,
  "invite.revoked": (state, { data }) => (data ? { ...state, invites: without(state.invites, data.invite) } : state),
};

/** @param {RoomState} state @param {RoomEvent} event @returns {RoomState} */
function arrived(state, event) {
  return put(state, messageOf(event));
}

/** @param {RoomState} state @param {RoomEvent} event @param {Added} added @returns {RoomState} */
function posted(state, event, added) {
  return added.posted[event.data?.kind]?.(state, event, added) ?? state;
}

/** @param {RoomState} state @param {number | null} archived @returns {RoomState} */
function closed(state, archived) {
  return state.room ? { ...state, room: { ...state.room, archived } } : state;
}

/**
 * Return the message of an event. A redacted post gives a message without content. It is not shown; an edit or a
 * removal follows.
 * @param {RoomEvent} event @returns {Message}
 */
function messageOf({ o, t, n, at, by = null, cid, kind, data }) {
  const message = { o, t, n, at, by, edited: null, removed: null, touched: o, ...(cid && { cid }) };
  if (kind !== "message.posted") return { ...message, kind, data };
  const { kind: lineKind = "text", re, ...content } = data ?? {};
  return { ...message, kind: lineKind, data: data && content, ...(re !== undefined && { re }) };
}

/**
 * Count the message for the button "N new messages".
 * @param {RoomState} state @param {RoomEvent} event @returns {RoomState}
 */
function counted(state, { by }) {
  return state.atBottom || by === state.me ? state : { ...state, news: state.news + 1 };
}

/** A person who has posted does not type any more, and the reader who posts is reading again. @param {RoomState} state @param {string | null | undefined} by @returns {RoomState} */
function heard(state, by) {
  const quiet = silenced(state, by);
  return quiet.unmarked && by === quiet.me ? { ...quiet, unmarked: false } : quiet;
}

/** @param {RoomState} state @param {string | null | undefined} user @returns {RoomState} */
function silenced(state, user) {
  return user && state.typing[user] ? { ...state, typing: without(state.typing, user) } : state;
}

/** @param {RoomState} state @param {RoomEvent} event @returns {RoomState} */
function renamed(state, { data }) {
  if (!state.room || !data) return state;
  return { ...state, room: { ...state.room, name: data.name, topic: data.topic, public: data.public } };
}

/** @param {RoomState} state @param {string} user @param {number} at @returns {RoomState} */
function joined(state, user, at) {
  const { room } = state;
  const answered = room?.unanswered && user !== state.me ? { ...state, room: { ...room, unanswered: false } } : state;
  return state.members?.[user] ? answered : withMember(answered, user, { role: "member", joined_at: at }, 1);
}

/** @param {RoomState} state @param {string} user @returns {RoomState} */
function left(state, user) {
  const { members } = state;
  return { ...withMember(state, user, null, -1), members: members && without(members, user) };
}

/**
 * @param {RoomState} state @param {string} user @param {Member | null} member
 * @param {number} more the change of the number of members @returns {RoomState}
 */
function withMember(state, user, member, more = 0) {
  const { room, me } = state;
  const role = user === me ? (member?.role ?? null) : (room?.role ?? null);
  const members = state.members && member && { ...state.members, [user]: member };
  const others = (room?.hosts ?? []).filter((id) => id !== user);
  const hosts = member?.role === "host" ? [...others, user] : others;
  return { ...state, members, room: room && { ...room, role, hosts, members: room.members + more } };
}

/** @template T @param {Record<string, T>} things @param {string} key @returns {Record<string, T>} */
export function without(things, key) {
  const { [key]: _, ...others } = things;
  return others;
}
