/** Texts about tables: the last move, the turn, the result. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {People} from "../../realtime/types.js" */
/** @import {Says, Seat, Table} from "../state/types.js" */

import { personOf } from "../../chat/ui/face.js";
import { knows, say } from "../../chat/ui/words.js";
import { boardText } from "../state/four.js";
import { isMyTurn, score, seatOf } from "../state/table.js";

/** @typedef {Pick<RoomState, "me" | "people">} Reader the reader and the people they know */

/** @param {Seat} seat @param {People} people @returns {string} */
export function nameOf(seat, people) {
  if (!seat) return say("seat.empty");
  return seat.bot ? say("seat.bot", { level: say(`level.${seat.bot}`) }) : personOf(people, seat.user ?? null).name;
}

/** Return "red" or "gold". @param {number} seat @returns {string} */
export const colourOf = (seat) => say(seat === 0 ? "seat.red" : "seat.gold");

/**
 * Return a sentence about the last event.
 * @param {Says | null} says @param {Table} table @param {Reader} reader @returns {string}
 */
export function told(says, table, { me, people }) {
  if (!says) return "";
  const { key, seat = -1, column = 0, reason } = says;
  const name = nameOf(table.seats[seat] ?? null, people);
  const mine = seat >= 0 && seat === seatOf(table, me);
  const sentence = reason ? `${key}.${reason}` : key;
  return say(mine && knows(`${sentence}.you`) ? `${sentence}.you` : sentence, { name, column });
}

/** Return a sentence about the turn. @param {Table} table @param {Reader} reader @returns {string} */
export function turn(table, { me, people }) {
  if (table.state !== "playing" || table.turn === null) return "";
  return isMyTurn(table, me)
    ? say("turn.yours")
    : say("turn.theirs", { name: nameOf(table.seats[table.turn], people) });
}

/** Return a sentence about the result. @param {Table} table @param {Reader} reader @returns {string} */
export function ended(table, { me, people }) {
  if (!table.result) return "";
  const { winner, reason } = table.result;
  if (winner === null) return say(`result.${reason}`);
  const mine = seatOf(table, me);
  const whose = mine < 0 ? "" : mine === winner ? ".you" : ".lost";
  return say(`result.${reason}${whose}`, {
    name: nameOf(table.seats[winner], people),
    other: nameOf(table.seats[1 - winner], people),
  });
}

/** Return one sentence about the state of the table. @param {Table} table @param {Reader} reader @returns {string} */
export function status(table, reader) {
  if (table.state === "open") return say(seatOf(table, reader.me) >= 0 ? "table.waiting" : "table.free");
  return table.state === "playing" ? turn(table, reader) : ended(table, reader);
}

/**
 * Return "Noor 2 : 1 Leo", once the same players have played twice.
 * @param {Table} table @param {RoomState} state @returns {string}
 */
export function scored(table, state) {
  const won = table.state === "over" ? score(table, state) : null;
  const [one, two] = table.seats.map((seat) => nameOf(seat, state.people));
  return won ? say("table.score", { one, two, a: won[0], b: won[1] }) : "";
}

/** Return who is in the queue for a seat. @param {Table} table @param {Reader} reader @returns {string} */
export function queued({ waiting, state }, { people }) {
  return state === "over" || waiting.length === 0
    ? ""
    : say("table.queue", { names: waiting.map((id) => personOf(people, id).name).join(", ") });
}

/**
 * Return the text for screen readers: what happened, and what comes next.
 * @param {Table} table @param {Reader} reader @returns {string}
 */
export function announced(table, reader) {
  if (table.state === "open") return status(table, reader);
  return [told(table.says, table, reader), status(table, reader)].filter(Boolean).join(" ");
}

/**
 * Return the board as text, to be pasted anywhere.
 * @param {Table} table @param {Reader} reader @param {string} link @returns {string}
 */
export function copied(table, reader, link) {
  const [red, gold] = table.seats.map((seat) => nameOf(seat, reader.people));
  const outcome = ended(table, { ...reader, me: null });
  return [say("copy.title", { red, gold }), table.view && boardText(table.view), outcome, link]
    .filter(Boolean)
    .join("\n");
}
