/** Unread messages of a room: messages that exist, by people who are not blocked, after the read pointer. */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {RoomRow} from "./types.js" */

const MAX_UNREAD = 100;

/**
 * @typedef {[e: number, o: number, by: string | null, sign: 1 | -1]} Change event `e` added or removed the message `o` of the author `by`
 */
/** @typedef {{me: string | null, blocked: Set<string>}} Reader */

/**
 * Return a count up to `o`, with no messages since.
 * @param {number} o @param {number} unread @returns {RoomRow["counted"]}
 */
export function counted(o, unread) {
  return { o, unread, since: [], stale: false };
}

/** Return the number of unread messages; 100 stands for "99+". @param {RoomRow} row @returns {number} */
export function unread({ counted }) {
  return Math.min(MAX_UNREAD, counted.unread + counted.since.length);
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
  const { unread: before, o: upTo } = row.counted;
  const known = o >= upTo || before === 0;
  const since = row.counted.since.filter((other) => other > o);
  return {
    ...row,
    read: o,
    counted: { ...row.counted, since, unread: o >= upTo ? 0 : before, stale: row.counted.stale || !known },
  };
}

/**
 * Take the count of the server.
 * @param {RoomRow} row @param {{unread: number, read: number, o: number}} answer @returns {RoomRow}
 */
export function recounted(row, { unread, read, o }) {
  return {
    ...row,
    read: Math.max(row.read, read),
    counted: { ...counted(o, unread), since: row.counted.since.filter((other) => other > o) },
  };
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
  const { counted } = row;
  if (o > counted.o) return { ...row, counted: { ...counted, since: counted.since.filter((other) => other !== o) } };
  if (counted.unread >= MAX_UNREAD) return stale(row);
  return { ...row, counted: { ...counted, unread: Math.max(0, counted.unread - 1) } };
}

/** @param {RoomRow} row @returns {RoomRow} */
function stale(row) {
  return { ...row, counted: { ...row.counted, stale: true } };
}
