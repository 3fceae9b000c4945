/** The mark of pinned messages in the window. */

/** @import {RoomEvent} from "../../realtime/types.js" */
/** @import {RoomState} from "./types.js" */

import { find } from "./window.js";

/** Apply `message.pinned`, which does not change `touched`. @param {RoomState} state @param {RoomEvent} event @returns {RoomState} */
export function pinned(state, { data }) {
  const message = data && find(state, data.o);
  if (!message || (message.pinned ?? null) === data.at) return state;
  const { pinned: _, ...others } = message;
  const next = data.at === null ? others : { ...others, pinned: data.at };
  return { ...state, lines: state.lines.map((other) => (other === message ? next : other)) };
}
