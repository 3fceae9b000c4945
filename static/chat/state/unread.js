/**
 * Unread messages of a room: messages that exist, by people who are not blocked, after the read pointer. Among them are
 * the mentions, which have a count of their own.
 */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {RoomRow} from "./types.js" */

const MAX_UNREAD = 100;

/**
 * @typedef {[e: number, o: number, by: string | null, sign: 1 | -1]} Change event `e` added or removed the message `o` of the author `by`
 */
/** @typedef {{me: string | null, blocked: Set<string>}} Reader */

/**
 * Return a count up to `o`, with no messages since.
 * @param {number} o @param {number} unread @param {number} [mentions] @returns {RoomRow["counted"]}
 */
export function counted(o, unread, mentions = 0) {
  return { o, unread, since: [], mentions, calls: [], stale: false };
}

/** Return the number of unread messages; 100 stands for "99+". @param {RoomRow} row @returns {number} */
export function unread({ counted }) {
  return Math.min(MAX_UNREAD, counted.unread + counted.since.length);
}

/** Return the number of unread mentions. @param {RoomRow} row @returns {number} */
export function mentionsOf({ counted }) {
  return Math.min(MAX_UNREAD, counted.mentions + counted.calls.length);
}

/**
 * Note that a message calls the reader. `called` is the offset of the event that did it.
 * @param {RoomRow} row @param {number} called @param {string | null} by @param {Reader} reader @returns {RoomRow}
 */
export function calledBy(row, called, by, { me, blocked }) {
  const { counted } = row;
  const known = called <= Math.max(row.read, counted.o) || counted.calls.includes(called);
  if (known || (by !== null && (by === me || blocked.has(by)))) return row;
  return { ...row, counted: { ...counted, calls: [...counted.calls, called].slice(-MAX_UNREAD) } };
}

/**
 * Take the number of unread mentions of the server, after the reader has opened some of them in the inbox. It only
 * lowers the count: the server may not know yet how far the reader has read since.
 * @param {RoomRow} row @param {number} left @returns {RoomRow}
 */
export function mentionsSeen(row, left) {
  const { counted } = row;
  if (mentionsOf(row) <= left) return row;
  return { ...row, counted: { ...counted, mentions: left, calls: [] } };
}

/**
 * @param {RoomRow} row @param {Change[] | null} changes null when unknown, so that the server has to be asked
 * @param {Reader} reader @returns {RoomRow}
 */
export function changed(row, changes, reader) {
  if (!changes) return unread(row) < MAX_UNREAD ? stale(row) : row;
  return changes.reduce((next, change) => applied(next, change, reader), row);
}

/** Move the read pointer forward to `o`. @param {RoomRow} row @param {number} o @returns {RoomRow} */
export function readTo(row, o) {
  if (o <= row.read) return row;
  const { unread: before, mentions, o: upTo } = row.counted;
  const known = o >= upTo || before + mentions === 0;
  const [since, calls] = [row.counted.since, row.counted.calls].map((each) => each.filter((other) => other > o));
  const counts = o >= upTo ? { unread: 0, mentions: 0 } : { unread: before, mentions };
  return { ...row, read: o, counted: { ...row.counted, ...counts, since, calls, stale: row.counted.stale || !known } };
}

/**
 * Take the count of the server.
 * @param {RoomRow} row @param {{unread: number, mentions?: number, read: number, o: number}} answer @returns {RoomRow}
 */
export function recounted(row, { unread, mentions, read, o }) {
  const [since, calls] = [row.counted.since, row.counted.calls].map((each) => each.filter((other) => other > o));
  return { ...row, read: Math.max(row.read, read), counted: { ...counted(o, unread, mentions), since, calls } };
}

/**
 * Take the pointer that its owner has moved back, and the count from there.
 * @param {RoomRow} row @param {{unread: number, read: number, o: number}} moved @returns {RoomRow}
 */
export function movedBack(row, moved) {
  return recounted({ ...row, read: Math.min(row.read, moved.read) }, moved);
}

/**
 * Return what an event of an open room changes.
 * @param {RoomEvent} event @param {number} lines how many messages there were before @returns {Change[] | null}
 */
export function changesOf({ o, n, by, kind, data }, lines) {
  if (kind === "withheld") return [];
  if (n > lines) return [[o, o, by ?? null, 1]];
  if (kind === "message.restored") return data ? [[o, data.line.o, data.line.by, 1]] : null;
  if (kind !== "message.deleted" && kind !== "messages.removed") return [];
  if (data?.author === undefined) return null;
  return (data.offsets ?? [data.o]).map((/** @type {number} */ gone) => [o, gone, data.author, -1]);
}

/** Return what a count signal reports since the signal before it. @param {any} value @returns {Change[] | null} */
export function changesSince({ lines, gone = [], back = [] }) {
  if (!lines) return null;
  const posted = lines.map((/** @type {[number, string | null]} */ [o, by]) => [o, o, by, 1]);
  const moved = [
    ...gone.map((/** @type {any[]} */ change) => [...change, -1]),
    ...back.map((/** @type {any[]} */ change) => [...change, 1]),
  ];
  return [...posted, ...moved].toSorted((a, b) => a[0] - b[0]);
}

/** @param {RoomRow} row @param {Change} change @param {Reader} reader @returns {RoomRow} */
function applied(row, [e, o, by, sign], { me, blocked }) {
  if (by !== null && by === me) return e === o ? readTo(row, o) : row;
  if (o <= row.read || (by !== null && blocked.has(by))) return row;
  return sign > 0 ? arrived(row, o) : gone(row, o);
}

/** @param {RoomRow} row @param {number} o @returns {RoomRow} */
function arrived(row, o) {
  const { counted } = row;
  if (o <= counted.o) return { ...row, counted: { ...counted, unread: Math.min(MAX_UNREAD, counted.unread + 1) } };
  return counted.since.includes(o)
    ? row
    : { ...row, counted: { ...counted, since: [...counted.since, o].slice(-MAX_UNREAD) } };
}

/** @param {RoomRow} row @param {number} o @returns {RoomRow} */
function gone(row, o) {
  return without(mentionsOf(row) > 0 ? stale(row) : row, o);
}

/** @param {RoomRow} row @param {number} o @returns {RoomRow} */
function without(row, o) {
  const { counted } = row;
  if (o > counted.o) return { ...row, counted: { ...counted, since: counted.since.filter((other) => other !== o) } };
  if (counted.unread >= MAX_UNREAD) return stale(row);
  return { ...row, counted: { ...counted, unread: Math.max(0, counted.unread - 1) } };
}

/** @param {RoomRow} row @returns {RoomRow} */
function stale(row) {
  return { ...row, counted: { ...row.counted, stale: true } };
}
