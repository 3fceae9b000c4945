/** Reducer of the state of one room: (state, action) → state. It never changes a state in place. */

/** @import {PendingRequest, RoomEvent, RoomSignal, Stored} from "../../realtime/types.js" */
/** @import {Added} from "./added.js" */
/** @import {Cursor, Page, RoomAction, RoomState, Snapshot} from "./types.js" */

import { NOTHING_ADDED } from "./added.js";
import { EVENTS, MESSAGE_EVENTS, without } from "./events.js";
import { addPeople, markMentioned, markUnknown, mentionedOf } from "./people.js";
import { addQuotes, mentionedInQuotes, quotesAnswered, quotesAsked } from "./quotes.js";
import { reacted, SET } from "./reactions.js";
import { dropUnfilled, find, join, put, replace, trim } from "./window.js";

export { cursor, firstNew, lines, timeline, typists } from "./selectors.js";

const TYPING_MS = 6_000;

/** @param {string | null} [me] id of the reader, null for a visitor @returns {RoomState} */
export function emptyRoom(me = null) {
  const nothing = {
    room: null,
    lines: [],
    news: 0,
    fresh: null,
    read: 0,
    unmarked: false,
    unknown: [],
    here: 0,
    members: null,
  };
  const maps = { people: {}, presence: {}, typing: {}, slots: {}, invites: {}, parts: {}, quotes: {} };
  return {
    me,
    ...nothing,
    ...maps,
    head: { o: 0, t: 0, n: 0 },
    before: false,
    after: false,
    atBottom: true,
    asking: 0,
    askedAt: 0,
    held: [],
  };
}

/**
 * Return the reducer of a room with what plugs add. It returns the same object when nothing has changed.
 * @param {Added} added @returns {(state: RoomState, action: RoomAction) => RoomState}
 */
export const reducer = (added) => (state, action) => reduceWith(added, state, action);

export const reduce = reducer(NOTHING_ADDED);

/** @param {Added} added @param {RoomState} state @param {RoomAction} action @returns {RoomState} */
function reduceWith(added, state, action) {
  switch (action.type) {
    case "snapshot":
      return snapshotReceived(state, action.snapshot, added);
    case "opened":
      return opened(state, action.opening, action.lost ?? false, added);
    case "entered":
      return {
        ...state,
        fresh: unreadUpTo(state, action.live === false ? null : state.head.o),
        news: 0,
        unmarked: false,
        atBottom: !state.after,
      };
    case "event":
      return applyEvent(state, action.event, added);
    case "signal":
      return signalReceived(state, action.signal, action.now, added);
    case "tick":
      return ticked(state, action.now);
    case "pageAsked":
      return state.asking ? { ...state, asking: state.asking + 1 } : { ...state, asking: 1, askedAt: state.head.o };
    case "pageFailed":
      return askEnded(state);
    case "page":
      return askEnded(pageReceived(state, action.cursor, action.page, added));
    case "people":
      return addPeople({ ...state, unknown: state.unknown.filter((id) => !action.ids.includes(id)) }, action.people);
    case "members":
      return {
        ...addPeople(state, action.people),
        members: Object.fromEntries(action.members.map(({ user, ...member }) => [user, member])),
      };
    case "quotesAsked":
      return quotesAsked(state, action.offsets);
    case "quotes":
      return addPeople(quotesAnswered(state, action.offsets, action.quotes), action.people);
    case "read":
      return action.o > state.read ? { ...state, read: action.o, unmarked: false } : state;
    case "movedBack":
      return movedBack(state, action.read);
    case "readingAgain":
      return state.unmarked ? { ...state, unmarked: false } : state;
    case "scrolled":
      return scrolled(state, action.atBottom && !state.after);
    case "answered":
      return answered(state, action.pending, action.stored, action.ms);
    case "app":
      return action.change(state);
  }
}

/**
 * Replace all that is known of the room by a snapshot. The reader's own position stays.
 * @param {RoomState} state @param {Snapshot} snapshot @param {Added} added
 */
function snapshotReceived(state, snapshot, added) {
  const { room, head, parts, people } = snapshot;
  const missed = state.room && !state.atBottom ? state.news + Math.max(0, head.n - state.head.n) : 0;
  const atBottom = state.atBottom && !snapshot.after;
  const fresher = {
    room,
    head,
    parts,
    atBottom,
    news: missed,
    read: state.unmarked ? state.read : Math.max(state.read, room.read ?? 0),
    typing: {},
    members: null,
    quotes: snapshot.quotes ?? {},
    invites: standing(parts.invites),
  };
  const known = addPeople({ ...replace(state, snapshot), ...fresher, held: [], askedAt: head.o }, people);
  const next = added.snapshots.reduce(
    (met, taken) => taken(met, snapshot),
    markMentioned(
      markUnknown(known, [...(room.direct ?? []), ...mentionedInQuotes(snapshot.quotes)]),
      added,
      snapshot.lines,
      parts,
    ),
  );
  return state.room ? next : { ...next, fresh: unreadUpTo(next, head.o) };
}

/**
 * @param {import("./types.js").Invite[]} [invites] the newest first
 * @returns {RoomState["invites"]} the newest last, as events bring them
 */
function standing(invites = []) {
  return Object.fromEntries(invites.toReversed().map((invite) => [invite.invite, invite]));
}

/**
 * @param {RoomState} state @param {import("../../realtime/types.js").SubscribeResult} opening @param {boolean} lost
 * @param {Added} added
 */
function opened(state, { snapshot, head, presence, here, gone }, lost, added) {
  const next = snapshot ? snapshotReceived(gone ? emptyRoom(state.me) : state, snapshot, added) : state;
  const fresh =
    lost && head.o > next.read && next.room?.role ? { from: next.read, to: head.o } : upTo(next.fresh, head.o);
  return addPeople({ ...next, fresh, presence, here, typing: {}, slots: {} }, presence);
}

/**
 * Return the same object when nothing changes.
 * @param {RoomState["fresh"]} fresh @param {number} o @returns {RoomState["fresh"]}
 */
function upTo(fresh, o) {
  return fresh && (fresh.to ?? Infinity) > o ? { ...fresh, to: o } : fresh;
}

/**
 * Return the range of unread messages. It stays as long as the room is shown.
 * @param {RoomState} state @param {number | null} to
 */
function unreadUpTo({ read, room }, to) {
  return room?.role ? { from: read, to } : null;
}

/**
 * Move the pointer back, and put the "New" row there. It stays until the reader posts, comes back to the end or opens
 * the room again.
 * @param {RoomState} state @param {number} read @returns {RoomState}
 */
function movedBack(state, read) {
  if (read >= state.read) return state;
  return { ...state, read, unmarked: true, fresh: { from: read, to: state.head.o } };
}

/** @param {RoomState} state @param {RoomEvent} event @param {Added} added */
function applyEvent(state, event, added) {
  if (event.o <= state.head.o) return state;
  const held = state.asking ? [...state.held, event] : state.held;
  const moved = { ...state, head: { o: event.o, t: event.t, n: event.n }, held };
  const placed = dropUnfilled(applyToMessages(moved, event, added), event.o);
  const applied = (EVENTS[event.kind] ?? added.events[event.kind])?.(placed, event, added) ?? placed;
  const content = event.kind === "message.posted" ? event.data : event.data?.line?.data;
  const met = markUnknown(applied, [
    ...[event.by, event.data?.user, event.data?.by, event.data?.line?.by],
    ...mentionedOf(content),
  ]);
  return trim(met, met.atBottom ? "end" : "start");
}

/** @param {RoomState} state @param {RoomEvent} event @param {Added} added */
function applyToMessages(state, event, added) {
  return (MESSAGE_EVENTS[event.kind] ?? added.messageEvents[event.kind])?.(state, event, added) ?? state;
}

/**
 * Join a page, and apply the events since it was requested to its messages.
 * @param {RoomState} state @param {Cursor} cursor @param {Page} page @param {Added} added
 */
function pageReceived(state, cursor, page, added) {
  const met = markMentioned(addPeople(state, page.people), added, page.lines);
  if (!state.asking || page.as_of < state.askedAt) return met; // a snapshot arrived meanwhile
  const since = state.held.filter(({ o }) => o > page.as_of);
  const joined = addQuotes(join(met, cursor, page), page.quotes);
  return since.reduce((next, event) => applyToMessages(next, event, added), joined);
}

/** @param {RoomState} state */
function askEnded(state) {
  return state.asking > 1 ? { ...state, asking: state.asking - 1 } : { ...state, asking: 0, held: [] };
}

/** @param {RoomState} state @param {boolean} atBottom */
function scrolled(state, atBottom) {
  const news = atBottom ? 0 : state.news;
  return atBottom === state.atBottom && news === state.news ? state : { ...state, atBottom, news };
}

/**
 * Apply the answer to a post or a reaction. When it arrives before the event, the message gets what the answer tells.
 * @param {RoomState} state @param {PendingRequest} pending @param {Stored} stored @param {number} ms
 */
function answered(state, { method, params, cid }, { o, t, at }, ms) {
  if (method === SET && o > state.head.o) return reacted(state, { by: state.me, data: params });
  if (method !== "message.post") return state;
  const message = find(state, o);
  if (message)
    return { ...state, lines: state.lines.map((other) => (other === message ? { ...message, cid, ms } : other)) };
  if (o <= state.head.o || state.after) return state;
  const known = { o, t, n: 0, at, by: state.me, kind: "text", data: writtenData(params), cid, ms };
  const reply = params.re === undefined ? {} : { re: params.re };
  return put(state, { ...known, edited: null, removed: null, touched: 0, ...reply });
}

/** @param {Record<string, any>} params of `message.post` */
function writtenData({ text, files }) {
  return files ? { text, files } : { text };
}

/** @type {Record<string, (state: RoomState, signal: RoomSignal, now: number) => RoomState>} */
export const SIGNALS = {
  typing: (state, { key, value }, now) =>
    key === state.me
      ? state
      : markUnknown({ ...state, typing: slot(state.typing, key, value && now + TYPING_MS) }, [key]),
  presence: (state, { key, value }) =>
    addPeople({ ...state, presence: slot(state.presence, key, value) }, value ? { [key]: value } : {}),
  people: (state, { value }) => addPeople({ ...state, ...value }, value.presence),
  person: (state, { key, value }) => addPeople(state, { [key]: value }),
  here: (state, { value }) => ({ ...state, here: value }),
  read: (state, { value }) => reduce(state, { type: "read", o: value }),
  unread: (state, { value }) => movedBack(state, value.read),
};

/** @param {RoomState} state @param {RoomSignal} signal @param {number} now @param {Added} added */
function signalReceived(state, signal, now, added) {
  const { kind, key, value } = signal;
  if (SIGNALS[kind]) return SIGNALS[kind](state, signal, now);
  if (added.signals[kind]) return added.signals[kind](state, signal);
  if (!added.slots.has(kind)) return state;
  return { ...state, slots: { ...state.slots, [kind]: slot(state.slots[kind] ?? {}, key, value) } };
}

/** @param {RoomState} state @param {number} now */
function ticked(state, now) {
  const typing = Object.entries(state.typing).filter(([, until]) => until > now);
  return typing.length < Object.keys(state.typing).length ? { ...state, typing: Object.fromEntries(typing) } : state;
}

/**
 * @template T @param {Record<string, T>} slots @param {string} key @param {T | null} value
 * @returns {Record<string, T>}
 */
function slot(slots, key, value) {
  return value === null ? without(slots, key) : { ...slots, [key]: value };
}
