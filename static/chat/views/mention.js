/** Mentions within a painted text: their present names, and which of them call the reader. */

/** @import {RoomState} from "../state/types.js" */

import { callsMe, mentionParts, namesOf, shownName } from "../state/mentions.js";
import { make } from "../ui/dom.js";

/** @typedef {Record<string, string> | undefined} Mentions names at the time of writing, by user */

/**
 * Write the present names into the mentions that the server has rendered.
 * @param {HTMLElement} body @param {Mentions} mentions @param {RoomState} state
 */
export function paintMentions(body, mentions, state) {
  if (!mentions) return;
  const nameOf = namesOf(state.people, mentions);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll(".mention"))) {
    const { user = "" } = element.dataset;
    element.textContent = shownName(user, nameOf) ?? element.textContent;
    element.classList.toggle("to-me", callsMe({ mentions: { [user]: "" } }, state.me));
  }
}

/**
 * Return the nodes of a text without markup.
 * @param {string} text @param {Mentions} mentions @param {RoomState} state @returns {(Node | string)[]}
 */
export function mentionNodes(text, mentions, state) {
  return mentionParts(text, namesOf(state.people, mentions)).map(({ text, user }) =>
    user === undefined ? text : mentionOf(text, user, state.me),
  );
}

/** @param {string} text @param {string} user @param {string | null} me */
function mentionOf(text, user, me) {
  const element = make("span", "mention", text);
  element.dataset.user = user;
  element.classList.toggle("to-me", callsMe({ mentions: { [user]: "" } }, me));
  return element;
}
