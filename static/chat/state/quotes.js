/**
 * Quotes: what replies show of the messages that they answer, by offset. They come with pages, and every change of an
 * original changes its quote. chat/quotes.py makes the same texts.
 */

/** @import {Message, Quote, RoomState} from "./types.js" */

import { mentionedIn } from "./mentions.js";
import { markUnknown } from "./people.js";

const SOURCE_LENGTH = 600;
const TEXT_LENGTH = 200;
const SPOILER = "▒▒▒";
/** @type {[RegExp, string][]} markup and what stands for it, in this order */
const MARKUP = [
  [/\|\|[\s\S]+?\|\|/g, SPOILER],
  [/^[ \t]*```[^\n`]*$/gm, ""],
  [/^(?:[ \t]*>)+ ?/gm, ""],
  [/\[([^[\]\n]+)\]\([^()\s]+\)/g, "$1"],
  [/\*\*|~~|`/g, ""],
  [/(?<!\\)\*(?=\S)([^*\n]+)\*/g, "$1"],
  [/\\([!-/:-@[-`{-~])/g, "$1"],
];

/**
 * Return the beginning of a text in one line without its markup.
 * @param {string} text @returns {string}
 */
export function excerpt(text) {
  const beginning = [...text.slice(0, 2 * SOURCE_LENGTH)].slice(0, SOURCE_LENGTH);
  const isCut = beginning.length === SOURCE_LENGTH;
  let source = MARKUP.reduce((left, [markup, plain]) => left.replace(markup, plain), beginning.join(""));
  if (isCut) source = source.replace(/\|\|[\s\S]*$/, SPOILER);
  const line = [...source.split(/\s+/).filter(Boolean).join(" ")];
  if (line.length <= TEXT_LENGTH && !isCut) return line.join("");
  return `${line
    .slice(0, TEXT_LENGTH - 1)
    .join("")
    .replace(/<@[^<>\s]*$/, "")
    .trimEnd()}…`;
}

/** Return the quote of a message that is known. @param {Message} message @returns {Quote} */
export function quoteFrom({ by, kind, data, removed }) {
  return { by, kind, text: removed ? "" : excerpt(data?.text ?? ""), removed: Boolean(removed) };
}

/** Return the users whom quotes mention. @param {Record<string, Quote>} [quotes] @returns {string[]} */
export function mentionedInQuotes(quotes = {}) {
  return Object.values(quotes).flatMap((quote) => mentionedIn(quote?.text ?? ""));
}

/** @param {RoomState} state @param {Record<string, Quote>} [quotes] @returns {RoomState} */
export function addQuotes(state, quotes) {
  return quotes ? markUnknown({ ...state, quotes: { ...state.quotes, ...quotes } }, mentionedInQuotes(quotes)) : state;
}

/**
 * Mark quotes as requested. A change that arrives before the answer is newer than the answer, so it fills the place.
 * @param {RoomState} state @param {number[]} offsets @returns {RoomState}
 */
export function quotesAsked(state, offsets) {
  return { ...state, quotes: { ...state.quotes, ...Object.fromEntries(offsets.map((o) => [o, null])) } };
}

/**
 * Take the quotes of an answer where no change has arrived meanwhile. Null: there was no answer, so ask again.
 * @param {RoomState} state @param {number[]} offsets @param {Record<string, Quote> | null} answer @returns {RoomState}
 */
export function quotesAnswered(state, offsets, answer) {
  const quotes = { ...state.quotes };
  for (const o of offsets.filter((o) => quotes[o] === null)) {
    if (answer) quotes[o] = answer[o] ?? { hidden: true };
    else delete quotes[o];
  }
  return { ...state, quotes };
}

/**
 * Change the quote of a message that has changed, if there is one.
 * @param {RoomState} state @param {Message} message @returns {RoomState}
 */
export function quoteChanged(state, message) {
  return message.o in state.quotes ? addQuotes(state, { [message.o]: quoteFrom(message) }) : state;
}

/** Take the text out of the quote of a removed message. @param {RoomState} state @param {number} o @returns {RoomState} */
export function quoteRemoved(state, o) {
  const quote = state.quotes[o];
  if (quote === undefined || quote?.hidden) return state;
  return addQuotes(state, { [o]: { by: null, kind: "text", ...quote, text: "", removed: true } });
}
