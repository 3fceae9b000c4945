/** Sanctions of the reader, and the reason why they cannot write. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Mute, OwnSanctions} from "./types.js" */

import { isRequestSent, myRank } from "../../chat/state/selectors.js";

/**
 * @typedef {"warned" | "muted" | "waiting" | "locked" | "guests_off" | "unanswered" | "archived"} LockReason why the reader cannot write, the gravest first
 */

/** @param {RoomState} state @returns {OwnSanctions | null} */
export function ownSanctionsOf({ parts }) {
  return parts.standing ?? null;
}

/**
 * Return the mute that is in force.
 * @param {RoomState} state @param {number} now on the server's clock @returns {Mute | null}
 */
export function mutedNow(state, now) {
  const muted = ownSanctionsOf(state)?.muted ?? null;
  return muted && (muted.until === null || muted.until > now) ? muted : null;
}

/**
 * @param {RoomState} state @param {number} now on the server's clock @param {boolean} guest
 * @returns {LockReason | null}
 */
export function lockReason(state, now, guest) {
  if (!state.room?.role) return ownSanctionsOf(state)?.waiting ? "waiting" : null;
  if (state.room.archived) return "archived";
  if (ownSanctionsOf(state)?.warning) return "warned";
  if (mutedNow(state, now)) return "muted";
  if (isRequestSent(state)) return "unanswered";
  return myRank(state) > 0 ? null : heldBy(state, guest);
}

/** @param {RoomState} state @param {boolean} guest @returns {LockReason | null} */
function heldBy({ room }, guest) {
  if (room?.rules?.locked) return "locked";
  return room?.rules?.guests_off && guest ? "guests_off" : null;
}
