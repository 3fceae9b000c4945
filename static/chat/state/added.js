/** The part of the plugs that changes the state of a room. */

/** @import {RoomEvent, RoomSignal} from "../../realtime/types.js" */
/** @import {RoomState, Snapshot} from "./types.js" */

/** @typedef {(state: RoomState, event: RoomEvent, added: Added) => RoomState} Reducer */

/**
 * @typedef {object} Added
 * @property {Record<string, Reducer>} events by kind of event, applied once
 * @property {Record<string, Reducer>} messageEvents by kind of event, applied again to a page that was requested before the event
 * @property {Record<string, Reducer>} posted by kind of message, applied when one is posted
 * @property {Record<string, (state: RoomState, signal: RoomSignal) => RoomState>} signals by kind of signal
 * @property {Set<string>} slots kinds of signals whose latest values are kept in `state.slots`
 * @property {((state: RoomState, snapshot: Snapshot) => RoomState)[]} snapshots each takes what it needs from a snapshot
 * @property {Record<string, (data: any) => string[]>} messagePeople by kind of message: ids of the people in its data
 * @property {Record<string, (section: any) => string[]>} sectionPeople by section of the snapshot: ids of the people in it
 */

/** @type {Added} */
export const NOTHING_ADDED = {
  events: {},
  messageEvents: {},
  posted: {},
  signals: {},
  slots: new Set(),
  snapshots: [],
  messagePeople: {},
  sectionPeople: {},
};
