/** What may be done at a table, by whom: the same on the card and in the panel. Pure. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Offer, Table} from "./types.js" */

import { opponentOf, seatOf } from "./table.js";

/** A visitor has no message to ask by: they only watch. @param {Table} table @param {RoomState} state @returns {Offer[]} the first is the main one */
export function offers(table, state) {
  const seat = seatOf(table, state.me);
  const role = state.me !== null && Boolean(state.room?.role);
  if (table.state === "open") return seat >= 0 && role ? ["bot", "leave"] : [];
  if (table.state === "playing") return playing(table, state, seat, role);
  return state.me === null ? [] : [...over(table, seat, role), ...seen(table, role)];
}

/** May this one sit down on a seat that is free? @param {Table} table @param {RoomState} state */
export function maySit(table, { me, room }) {
  return table.state === "open" && me !== null && Boolean(room?.role) && seatOf(table, me) < 0;
}

/** @param {Table} table @param {RoomState} state @param {number} seat @param {boolean} role @returns {Offer[]} */
function playing(table, { me }, seat, role) {
  if (seat >= 0) return opponentOf(table, me)?.user ? ["resign", "claim"] : ["resign"];
  if (!role || me === null) return [];
  return [table.waiting.includes(me) ? "unwait" : "wait"];
}

/** The loser may not while others wait in message. @param {Table} table @param {number} seat @param {boolean} role @returns {Offer[]} */
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
