/** Selectors of tables. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Seat, Table} from "./types.js" */

/** @param {Table} table @returns {string[]} ids of users */
export function peopleOf({ seats, waiting }) {
  return [...seats.flatMap((seat) => (seat?.user ? [seat.user] : [])), ...waiting];
}

/** @param {Table} table @param {string | null} user @returns {number} -1 when the user has no seat at this table */
export function seatOf({ seats }, user) {
  return user === null ? -1 : seats.findIndex((seat) => seat?.user === user);
}

/** @param {Table} table @param {string | null} me */
export function isMyTurn(table, me) {
  return table.state === "playing" && table.turn !== null && table.turn === seatOf(table, me);
}

/** @param {Table} table @param {string | null} me @returns {Seat} the other seat */
export function opponentOf({ seats }, me) {
  return seats.find((seat) => seat && seat.user !== me) ?? null;
}

/** @param {Table} table @returns {number} */
export function movesMade({ view }) {
  return view?.columns.reduce((sum, column) => sum + column.length, 0) ?? 0;
}

/** Return the newest known state of a match. @param {RoomState} state @param {number} match @returns {Table | null} */
export function tableOf(state, match) {
  const message = state.lines.find(({ o }) => o === match);
  const card = message?.kind === "match" ? message.data : null;
  const kept = state.parts.matches?.[match] ?? null;
  return card && kept ? (card.version > kept.version ? card : kept) : (card ?? kept);
}

/** Return the matches that are not over, oldest first. @param {RoomState} state @returns {Table[]} */
export function unfinished(state) {
  const known = Object.keys(state.parts.matches ?? {}).map((match) => tableOf(state, Number(match)));
  return known
    .filter((table) => table !== null)
    .filter((table) => table.state !== "over")
    .sort((a, b) => a.match - b.match);
}

/**
 * Return the table at which the reader sits in this room, before or during the match.
 * @param {RoomState} state @returns {Table | null}
 */
export function myTable(state) {
  return unfinished(state).findLast((table) => seatOf(table, state.me) >= 0) ?? null;
}

/**
 * Return the games won by each seat, in this match and those it is a rematch of, or null before the second game.
 * @param {Table} table @param {RoomState} state @returns {[number, number] | null}
 */
export function score(table, state) {
  const tables = state.lines.filter(({ kind, data }) => kind === "match" && data).map(({ o }) => tableOf(state, o));
  const won = table.seats.map(() => 0);
  let games = 0;
  for (
    let at = /** @type {Table | null | undefined} */ (table);
    at;
    at = tables.find((one) => one?.rematch === at?.match)
  ) {
    const winner = at.result ? at.seats[at.result.winner ?? -1] : null;
    const seat = winner ? table.seats.findIndex((one) => sameSeat(one, winner)) : -1;
    if (seat >= 0) won[seat] += 1;
    if (at.state === "over") games += 1;
  }
  return games > 1 ? [won[0], won[1]] : null;
}

/** @param {Seat} one @param {Seat} other */
function sameSeat(one, other) {
  return one !== null && other !== null && (one.user ?? one.bot) === (other.user ?? other.bot);
}
