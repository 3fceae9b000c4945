/** Seats of a table, on the card and over the board. */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {Seat} from "../state/types.js" */

import { paintFace, personOf } from "../../chat/ui/face.js";

const BOT = { name: "", face: "🤖", colour: 8 };

/** @param {HTMLElement} element @param {Seat} seat @param {RoomState} state */
export function paintSeatFace(element, seat, { people }) {
  element.classList.toggle("nobody", seat === null);
  if (seat) return paintFace(element, seat.bot ? BOT : personOf(people, seat.user ?? null));
  element.textContent = "";
  element.classList.remove("emoji");
  delete element.dataset.colour;
}

/**
 * Replace the content of an element only when its values have changed.
 * @param {HTMLElement} element @param {unknown} facts @param {() => (Node | string)[]} built
 */
export function rebuild(element, facts, built) {
  const is = JSON.stringify(facts);
  if (element.dataset.is === is) return;
  element.dataset.is = is;
  const act = element.contains(document.activeElement) ? document.activeElement?.getAttribute("data-do") : null;
  element.replaceChildren(...built());
  if (act)
    /** @type {HTMLElement | null} */ (
      element.querySelector(`[data-do="${act}"]`) ?? element.querySelector("button")
    )?.focus();
}

/** @param {HTMLElement} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
