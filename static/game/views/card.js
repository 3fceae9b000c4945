/** Card of a match in the timeline: the seats, the state, the actions. */

/** @import {Message, RoomState} from "../../chat/state/types.js" */
/** @import {MessageView} from "../../chat/views/message.js" */
/** @import {Person} from "../../realtime/types.js" */
/** @import {Offer, Table} from "../state/types.js" */

import { clone, make, part } from "../../chat/ui/dom.js";
import { personOf } from "../../chat/ui/face.js";
import { count, say } from "../../chat/ui/words.js";
import { maySit, offers } from "../state/offers.js";
import { isMyTurn, movesMade, peopleOf, seatOf, tableOf } from "../state/table.js";
import { sign } from "../ui/discs.js";
import { paintSeatFace, rebuild, write } from "../ui/seats.js";
import { colourOf, ended, nameOf, queued, scored, status } from "../ui/sentences.js";
import { buttonsFor } from "./buttons.js";

/**
 * Return the values on which the card depends: the table, the reader's role, and the people at the table.
 * @param {Message} message @param {RoomState} state @returns {unknown[]}
 */
export function cardSees(message, state) {
  const table = tableOf(state, message.o);
  return [table, state.room?.role, ...(table ? peopleOf(table).map((id) => personOf(state.people, id)) : [])];
}

/** @param {HTMLElement} body @param {Table} data @param {Person} _author @param {MessageView} view */
export function paintCard(body, data, _author, { state }) {
  const known = body.querySelector(".card");
  const card = known instanceof HTMLElement ? known : clone("match-template");
  paint(card, tableOf(state, data.match) ?? data, state);
  body.classList.add("has-card");
  if (card !== known) body.replaceChildren(card);
}

/** @param {HTMLElement} card @param {Table} table @param {RoomState} state */
function paint(card, table, state) {
  card.dataset.state = table.state;
  card.dataset.match = String(table.match);
  write(part(card, ".card-title", HTMLElement), say(`game.${table.game}`));
  write(part(card, ".card-state", HTMLElement), stateOf(table));
  write(part(card, ".card-line", HTMLElement), sentence(table, state));
  write(part(card, ".card-queue", HTMLElement), queued(table, state) || scored(table, state));
  part(card, ".card-line", HTMLElement).classList.toggle("mine", isMyTurn(table, state.me));
  paintSeats(part(card, ".card-seats", HTMLElement), table, state);
  const list = actions(table, state);
  rebuild(part(card, ".card-acts", HTMLElement), list, () => buttonsFor(table, list, state.room?.key ?? "", false));
  paintLast(part(card, ".card-last", HTMLAnchorElement), table, state);
}

/**
 * Link to the messages at the end of the match.
 * @param {HTMLAnchorElement} link @param {Table} table @param {RoomState} state
 */
function paintLast(link, { state, last }, { room }) {
  link.hidden = state !== "over" || last === null;
  link.href = `/r/${room?.key ?? ""}/@${last}`;
  write(link, say("card.last"));
}

/** @param {HTMLElement} element @param {Table} table @param {RoomState} state */
function paintSeats(element, table, state) {
  const sits = maySit(table, state);
  const known = table.seats.map((seat) => [seat, seat?.user ? personOf(state.people, seat.user) : null]);
  rebuild(element, [known, sits, table.result?.winner], () =>
    table.seats.map((_, seat) => chip(table, seat, state, sits)),
  );
}

/**
 * @param {Table} table @param {number} number @param {RoomState} state
 * @param {boolean} sits whether the reader may take a seat @returns {HTMLElement}
 */
function chip(table, number, state, sits) {
  const element = clone("seat-template");
  const seat = table.seats[number];
  const sit = part(element, "button", HTMLElement);
  element.classList.toggle("won", table.result?.winner === number);
  element.classList.toggle("free", seat === null);
  element.classList.toggle("sits", seat === null && sits);
  paintSeatFace(part(element, ".face", HTMLElement), seat, state);
  part(element, ".seat-name", HTMLElement).textContent = nameOf(seat, state.people);
  part(element, ".seat-sign", HTMLElement).replaceChildren(sign(number), make("span", "unseen", colourOf(number)));
  sit.hidden = seat !== null || !sits;
  sit.dataset.seat = String(number);
  for (const name of [".seat-name", ".face"]) part(element, name, HTMLElement).hidden = !sit.hidden;
  return element;
}

/** @param {Table} table @returns {string} */
function stateOf({ state, seats }) {
  if (state !== "open") return say(`card.${state}`);
  return say("card.seats", { taken: seats.filter(Boolean).length, all: seats.length });
}

/**
 * Return a sentence about the turn and the number of moves, or about the result.
 * @param {Table} table @param {RoomState} state @returns {string}
 */
function sentence(table, state) {
  if (table.state === "open") return seatOf(table, state.me) >= 0 ? status(table, state) : "";
  if (table.state === "over") return ended(table, state);
  return [status(table, state), movesMade(table) > 0 && count("card.moves", movesMade(table))]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Return the actions of the card. A game is given up in the panel only.
 * @param {Table} table @param {RoomState} state @returns {Offer[]}
 */
function actions(table, state) {
  const here = offers(table, state).filter((offer) => offer !== "resign" && offer !== "claim");
  if (table.state === "open") return seatOf(table, state.me) >= 0 ? [...here, "show"] : here;
  if (table.state === "playing") return [seatOf(table, state.me) >= 0 ? "show" : "watch", ...here];
  return state.me === null && table.view ? ["show", ...here] : here;
}
