/** The list of my rooms: (list, action) -> list, never changed in place. */

/** @import {RoomList, RoomListAction, RoomRow} from "./types.js" */

/** @param {RoomList} list @param {RoomListAction} action @returns {RoomList} */
export function reduceRooms(list, action) {
  throw new Error(`not yet ${list} ${action}`);
}

/** Unread lines of a room; 100 stands for "99+". @param {RoomRow} row @returns {number} */
export function unread(row) {
  return row.unread;
}
