/** Offers: the actions at a table and who may do them, the same on the card and in the panel. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Offer, Table} from "./types.js" */

import { opponentOf, seatOf } from "./table.js";

/**
 * Return the offers, the main one first. A visitor has no connection and only watches.
 * @param {Table} table @param {RoomState} state @returns {Offer[]} the first is the main one
 */
export function offers(table, state) {
  const seat = seatOf(table, state.me);
  const role = state.me !== null && Boolean(state.room?.role);
  if (table.state === "open") return seat >= 0 && role ? ["bot", "leave"] : [];
  if (table.state === "playing") return playing(table, state, seat, role);
  return state.me === null ? [] : [...over(table, seat, role), ...seen(table, role)];
}

/** Return whether the reader may take a free seat. @param {Table} table @param {RoomState} state */
export function maySit(table, { me, room }) {
  return table.state === "open" && me !== null && Boolean(room?.role) && seatOf(table, me) < 0;
}

/** @param {Table} table @param {RoomState} state @param {number} seat @param {boolean} role @returns {Offer[]} */
function playing(table, { me }, seat, role) {
  if (seat >= 0) return opponentOf(table, me)?.user ? ["resign", "claim"] : ["resign"];
  if (!role || me === null) return [];
  return [table.waiting.includes(me) ? "unwait" : "wait"];
}

/**
 * Return the offers after the end. The loser may not play again while others are in the queue.
 * @param {Table} table @param {number} seat @param {boolean} role @returns {Offer[]}
 */
function over({ result, waiting, rematch }, seat, role) {
  if (rematch !== null) return ["next"];
  const lost = result?.winner !== null && result?.winner !== seat;
  return role && seat >= 0 && result?.reason !== "nobody" && !(lost && waiting.length > 0) ? ["rematch"] : [];
}

/** @param {Table} table @param {boolean} role @returns {Offer[]} */
function seen({ view, last }, role) {
  if (view === null || last === null) return [];
  return role ? ["replay", "copy"] : ["replay"];
}
