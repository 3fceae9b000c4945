/** Reducer of the list of rooms: (list, action) → list. It never changes a list in place. */

/** @import {RoomEvent, RoomSignal} from "../../realtime/types.js" */
/** @import {Membership, RoomList, RoomListAction, RoomRow, Snapshot} from "./types.js" */

import {
  calledBy,
  changed,
  changesOf,
  changesSince,
  counted,
  mentionsSeen,
  movedBack,
  readTo,
  recounted,
} from "./unread.js";

export { mentionsOf, unread } from "./unread.js";

/** @typedef {import("./unread.js").Reader} Reader */

/** @param {RoomList} list @param {RoomListAction} action @returns {RoomList} */
export function reduceRooms(list, action) {
  switch (action.type) {
    case "hello":
      return action.rooms.map(rowOf);
    case "opened":
      return opened(list, action.snapshot, action.here);
    case "event":
      return applyEvent(list, action.event, action);
    case "signal":
      if (action.signal.kind === "membership") return membershipChanged(list, action.signal);
      if (action.signal.kind === "mentions" && !action.signal.room) return list.map((row) => mentionsSeen(row, 0));
      return change(list, action.signal.room, (row) => signalled(row, action.signal, action));
    case "read":
      return change(list, action.room, (row) => readTo(row, action.o));
    case "movedBack":
      return change(list, action.room, (row) => movedBack(row, action.counts));
    case "counted":
      return list.map((row) => (action.rooms[row.key] ? recounted(row, action.rooms[row.key]) : row));
    case "doubted":
      return list.map((row) => ({ ...row, counted: { ...row.counted, stale: true } }));
    case "left":
      return list.some(({ key }) => key === action.room) ? list.filter(({ key }) => key !== action.room) : list;
  }
}

/**
 * Return a row of the list. The page does not know how many people are present; hello does.
 * @param {Membership} membership @returns {RoomRow}
 */
function rowOf(membership) {
  return {
    ...membership,
    here: membership.here ?? 0,
    counted: counted(membership.head.o, membership.unread, membership.mentions),
  };
}

/**
 * Apply that the reader joined or left a room, in any tab.
 * @param {RoomList} list @param {RoomSignal} signal @returns {RoomList}
 */
function membershipChanged(list, { room, value }) {
  if (!value) return reduceRooms(list, { type: "left", room });
  if (list.some(({ key }) => key === room)) return change(list, room, (row) => ({ ...row, role: value.role }));
  return [...list, rowOf(value)];
}

/** @param {RoomList} list @param {string} room @param {(row: RoomRow) => RoomRow} changed @returns {RoomList} */
function change(list, room, changed) {
  const index = list.findIndex(({ key }) => key === room);
  const row = index < 0 ? null : changed(list[index]);
  return row && row !== list[index] ? list.with(index, row) : list;
}

/** @param {RoomList} list @param {Snapshot} snapshot @param {number} here @returns {RoomList} */
function opened(list, { room, head }, here) {
  const { members: _, read, ...facts } = room;
  if (list.some(({ key }) => key === room.key))
    return change(list, room.key, (row) => ({ ...row, ...facts, head, here }));
  if (!room.role || room.archived) return list;
  return [...list, rowOf({ ...facts, head, here, read: read ?? head.o, unread: 0 })];
}

/** @param {RoomList} list @param {RoomEvent} event @param {Reader} reader @returns {RoomList} */
function applyEvent(list, event, reader) {
  const { room, o, t, n, kind, data } = event;
  if (kind === "room.archived" || (kind === "member.left" && data?.user === reader.me))
    return list.filter(({ key }) => key !== room);
  return change(list, room, (row) => {
    const facts = { ...row, ...factsOf(kind, data, reader.me) };
    if (o <= row.head.o) return facts; // counted at hello
    const next = { ...changed(facts, changesOf(event, row.head.n), reader), head: { o, t, n } };
    return kind === "message.posted" && data?.mentions?.here !== undefined
      ? calledBy(next, o, event.by ?? null, reader)
      : next;
  });
}

/** @param {string} kind @param {any} data @param {string | null} me */
function factsOf(kind, data, me) {
  if (kind === "room.changed" && data) return { name: data.name, topic: data.topic, public: data.public };
  return kind === "member.role" && data?.user === me ? { role: data.role } : {};
}

/** @param {RoomRow} row @param {RoomSignal} signal @param {Reader} reader @returns {RoomRow} */
function signalled(row, { kind, key, value }, reader) {
  if (kind === "here") return { ...row, here: value };
  if (kind === "read") return readTo(row, value);
  if (kind === "unread") return movedBack(row, value);
  if (kind === "mention") return value ? calledBy(row, Number(key), value.by, reader) : row;
  if (kind === "mentions") return value ? mentionsSeen(row, value.n) : row;
  if (kind !== "count") return row;
  const { o, t, n, here, since } = value;
  if (o <= row.head.o) return { ...row, here };
  const came = since <= row.head.o ? changesSince(value)?.filter(([e]) => e > row.head.o) : null;
  const next = { ...changed(row, came ?? null, reader), here, head: { o, t, n } };
  if (!came || !Array.isArray(value.heres)) return next;
  const authors = new Map(value.lines);
  return value.heres.reduce(
    (/** @type {RoomRow} */ met, /** @type {number} */ called) =>
      calledBy(met, called, authors.get(called) ?? null, reader),
    next,
  );
}
