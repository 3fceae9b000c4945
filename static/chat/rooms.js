/** The list of my rooms: (list, action) -> list, never changed in place. */

/** @import {RoomEvent, RoomSignal} from "../realtime/types.js" */
/** @import {Membership, RoomList, RoomListAction, RoomRow, Snapshot} from "./types.js" */

/** @param {RoomList} list @param {RoomListAction} action @returns {RoomList} */
export function reduceRooms(list, action) {
  switch (action.type) {
    case "hello":
      return action.rooms.map(rowOf);
    case "opened":
      return opened(list, action.snapshot, action.here);
    case "event":
      return eventCame(list, action.event, action.me);
    case "signal":
      if (action.signal.kind === "membership") return membershipChanged(list, action.signal);
      return change(list, action.signal.room, (row) => signalled(row, action.signal));
    case "read":
      return change(list, action.room, (row) => (action.o < row.read ? row : { ...row, read: action.o, counted: { n: action.n, unread: 0 } }));
    case "left":
      return list.some(({ key }) => key === action.room) ? list.filter(({ key }) => key !== action.room) : list;
  }
}

/** Who is here, a page does not say: hello does. @param {Membership} membership @returns {RoomRow} */
function rowOf(membership) {
  return { ...membership, here: membership.here ?? 0, counted: { n: membership.head.n, unread: membership.unread } };
}

/** Joined or left in whichever tab. @param {RoomList} list @param {RoomSignal} signal @returns {RoomList} */
function membershipChanged(list, { room, value }) {
  if (!value) return reduceRooms(list, { type: "left", room });
  if (list.some(({ key }) => key === room)) return change(list, room, (row) => ({ ...row, role: value.role }));
  return [...list, rowOf(value)];
}

/** Unread lines of a room: what was counted at hello, and the lines since. 100 stands for "99+". @param {RoomRow} row @returns {number} */
export function unread({ head, counted }) {
  return Math.min(100, Math.max(0, counted.unread + head.n - counted.n));
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
  if (list.some(({ key }) => key === room.key)) return change(list, room.key, (row) => ({ ...row, ...facts, head, here }));
  if (!room.role) return list;
  return [...list, rowOf({ ...facts, head, here, read: read ?? head.o, unread: 0 })];
}

/** @param {RoomList} list @param {RoomEvent} event @param {string | null} me @returns {RoomList} */
function eventCame(list, { room, o, t, n, by, kind, data }, me) {
  if (kind === "member.left" && data?.user === me) return list.filter(({ key }) => key !== room);
  return change(list, room, (row) => {
    if (o <= row.head.o) return { ...row, ...factsOf(kind, data, me) }; // counted at hello
    const own = by === me ? n - row.head.n : 0;
    const counted = { ...row.counted, n: row.counted.n + Math.max(0, own) };
    return { ...row, ...factsOf(kind, data, me), head: { o, t, n }, counted };
  });
}

/** @param {string} kind @param {any} data @param {string | null} me */
function factsOf(kind, data, me) {
  if (kind === "room.changed" && data) return { name: data.name, topic: data.topic, public: data.public };
  return kind === "member.role" && data?.user === me ? { role: data.role } : {};
}

/** @param {RoomRow} row @param {RoomSignal} signal @returns {RoomRow} */
function signalled(row, { kind, value }) {
  if (kind === "here") return { ...row, here: value };
  if (kind === "read") return readElsewhere(row, value);
  if (kind !== "count") return row;
  const { o, t, n, here } = value;
  return { ...row, here, head: o < row.head.o ? row.head : { o, t, n } };
}

/** Where the pointer stands short of the end, how many lines are behind it is not known here. @param {RoomRow} row @param {number} o @returns {RoomRow} */
function readElsewhere(row, o) {
  if (o <= row.read) return row;
  return { ...row, read: o, counted: o >= row.head.o ? { n: row.head.n, unread: 0 } : row.counted };
}
