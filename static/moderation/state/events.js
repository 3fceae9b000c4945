/** Reducers of moderation: for events, signals and snapshots. */

/** @import {PlugState} from "../../chat/client/plugs.js" */
/** @import {Reducer} from "../../chat/state/added.js" */
/** @import {RoomState, Snapshot} from "../../chat/state/types.js" */
/** @import {Sanction} from "./types.js" */

import { remove } from "../../chat/state/window.js";
import { reportReceived, sanctionReceived, waits } from "./queue.js";

/** Times of the server stay below this number, which stands for "no end". */
const FOREVER = Number.MAX_SAFE_INTEGER;
const SANCTIONED = ["made", "lifted", "acknowledged", "appealed", "answered"].map((fact) => `sanction.${fact}`);

/**
 * Take the reader's own sanctions of a snapshot. The lists for hosts are requested again, because some events may be
 * missed.
 * @param {RoomState} state @param {Snapshot} snapshot @returns {RoomState}
 */
function ownSanctionsReceived(state, { me }) {
  return { ...state, parts: { ...state.parts, standing: me ?? null } };
}

/**
 * @param {{by: string, at: number}} removal @param {number} touched
 * @returns {(state: RoomState, o: number) => RoomState}
 */
function removing({ by, at }, touched) {
  return (state, o) => remove(state, o, { by, at }, touched);
}

/** @type {Reducer} */
function sanctioned(state, { o, kind, data }) {
  if (!data) return state;
  return muted(sanctionReceived(state, data.sanction, kind === "sanction.made" ? o : undefined), data.sanction);
}

/**
 * Set until when a member is muted, in the list of members.
 * @param {RoomState} state @param {Sanction} sanction @returns {RoomState}
 */
function muted(state, { kind, user, until, lifted }) {
  const member = state.members?.[user];
  if (kind !== "mute" || !member) return state;
  return {
    ...state,
    members: { ...state.members, [user]: { ...member, muted_until: lifted ? 0 : (until ?? FOREVER) } },
  };
}

/** @type {PlugState} */
export const moderationState = {
  // One event removes many messages; it is applied again to a page that was requested before it.
  messageEvents: {
    "messages.removed": (state, { o, data }) => (data ? data.offsets.reduce(removing(data, o), state) : state),
  },
  events: {
    ...Object.fromEntries(SANCTIONED.map((kind) => [kind, sanctioned])),
    "room.restricted": (state, { data }) =>
      data && state.room ? { ...state, room: { ...state.room, rules: data.rules } } : state,
    "report.made": (state, { data }) => (data ? reportReceived(state, data.report) : state),
    "report.closed": (state, { data }) => (data ? reportReceived(state, data.report) : state),
    "member.waiting": (state, { data }) => (data ? waits(state, data.user, true) : state),
    "member.admitted": (state, { data }) => (data ? waits(state, data.user, false) : state),
  },
  signals: {
    standing: (state, { value }) => ({ ...state, parts: { ...state.parts, standing: value } }),
    membership: (state, { value }) =>
      value && state.room
        ? { ...state, room: { ...state.room, role: value.role, rank: value.rank ?? state.room.rank } }
        : state,
  },
  snapshot: ownSanctionsReceived,
};
