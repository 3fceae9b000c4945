/**
 * Window of messages: sorted, without a gap between its ends. A newer state of a message is never replaced by an older
 * one.
 */

/** @import {Cursor, Message, Page, Removal, RoomState} from "./types.js" */

import { quoteChanged, quoteRemoved } from "./quotes.js";

const MAX_MESSAGES = 300;

/**
 * Insert a message, or replace an older state of it. Replies to it change too.
 * @param {RoomState} state @param {Message} message @returns {RoomState}
 */
export function put(state, message) {
  return placed(quoteChanged(state, message), message);
}

/** @param {RoomState} state @param {Message} message @returns {RoomState} */
function placed(state, message) {
  const index = indexOf(state.lines, message.o);
  const old = state.lines[index];
  if (old?.o === message.o)
    return message.touched > old.touched
      ? { ...state, lines: state.lines.with(index, withLocal(old, message)) }
      : state;
  if (!isInside(state, message.o)) return state;
  return { ...state, lines: state.lines.toSpliced(index, 0, message) };
}

/** @param {RoomState} state @param {number} o @returns {Message | null} */
export function find(state, o) {
  const message = state.lines[indexOf(state.lines, o)];
  return message?.o === o ? message : null;
}

/**
 * Change a message that is in the window. Its `touched` stays.
 * @param {RoomState} state @param {number} o @param {(message: Message) => Message} changed @returns {RoomState}
 */
export function change(state, o, changed) {
  const index = indexOf(state.lines, o);
  const message = state.lines[index];
  if (message?.o !== o) return state;
  const next = changed(message);
  return next === message ? state : { ...state, lines: state.lines.with(index, next) };
}

/**
 * Drop a message that is known from its answer alone, when its event brings no content.
 * @param {RoomState} state @param {number} o @returns {RoomState}
 */
export function dropUnfilled(state, o) {
  return find(state, o)?.touched === 0 ? { ...state, lines: state.lines.filter((message) => message.o !== o) } : state;
}

/** @param {RoomState} state @param {number} o @param {Removal} removed @param {number} touched @returns {RoomState} */
export function remove(state, o, removed, touched) {
  const { reactions: _, ...message } = find(state, o) ?? {};
  return "o" in message ? put(state, { ...message, ...withoutContent(removed), touched }) : quoteRemoved(state, o);
}

/**
 * Replace the window by messages that belong together.
 * @param {RoomState} state @param {Pick<Page, "lines" | "before" | "after">} page @returns {RoomState}
 */
export function replace(state, { lines, before, after }) {
  return { ...state, lines: lines.map((message) => withKnown(state, message)), before, after };
}

/**
 * Join a page at the end it was requested for. A page for an end that has moved since is dropped.
 * @param {RoomState} state @param {Cursor} cursor @param {Page} page @returns {RoomState}
 */
export function join(state, cursor, page) {
  const lines = page.lines.map((message) => withKnown(state, message));
  if ("around" in cursor) return replace(state, page);
  if ("before" in cursor) {
    if (state.lines[0]?.o !== cursor.before) return state;
    return trim({ ...state, lines: [...lines, ...state.lines], before: page.before }, "start");
  }
  if (state.lines.at(-1)?.o !== cursor.after) return state;
  return trim({ ...state, lines: [...state.lines, ...lines], after: page.after }, "end");
}

/**
 * Drop messages at the far end; they can be requested again.
 * @param {RoomState} state @param {"start" | "end"} kept @returns {RoomState}
 */
export function trim(state, kept) {
  if (state.lines.length <= MAX_MESSAGES) return state;
  if (kept === "end") return { ...state, lines: state.lines.slice(-MAX_MESSAGES), before: true };
  return { ...state, lines: state.lines.slice(0, MAX_MESSAGES), after: true };
}

/** Return the index of the first message at or after an offset. @param {Message[]} lines @param {number} o */
function indexOf(lines, o) {
  let index = lines.length;
  while (index > 0 && lines[index - 1].o >= o) index -= 1;
  return index;
}

/** @param {RoomState} state @param {number} o */
function isInside({ lines, before, after }, o) {
  const first = lines[0]?.o ?? Infinity;
  const last = lines.at(-1)?.o ?? -Infinity;
  return (o > first || !before) && (o < last || !after);
}

/** @param {RoomState} state @param {Message} message */
function withKnown(state, message) {
  return withLocal(
    find(state, message.o),
    message.removed ? { ...message, ...withoutContent(message.removed) } : message,
  );
}

/**
 * Keep what only this tab knows of a message.
 * @param {Message | null} old @param {Message} message @returns {Message}
 */
function withLocal(old, message) {
  const { cid, ms } = old ?? {};
  return { ...message, ...(cid && { cid }), ...(ms !== undefined && { ms }) };
}

/** Return the fields that every removed message has, however the removal became known. @param {Removal} removed */
function withoutContent(removed) {
  return { data: null, edited: null, removed };
}
