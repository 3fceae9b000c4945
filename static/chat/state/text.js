/** Text of messages: its direction, and whether it is folded. chat/rows.py does the same on the server. */

/** Characters that change the direction of the text that follows. The server removes them from new messages. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
/** A message with more lines than this shows its beginning first. */
const MAX_LINES = 24;
const CHARACTERS_A_LINE = 80;

/** @param {string} text @returns {string} */
export function withoutTurns(text) {
  return text.replace(TURNS, "");
}

/**
 * Return a value for a sentence, isolated so that a right-to-left name does not change the direction around it.
 * @param {string | number} value @returns {string}
 */
export function isolated(value) {
  const text = String(value);
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/**
 * Return whether the message has so many lines that only its beginning is shown first.
 * @param {string} text @returns {boolean}
 */
export function isLong(text) {
  if (text.length <= MAX_LINES) return false;
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(line.length / CHARACTERS_A_LINE));
  return lines > MAX_LINES;
}

/**
 * Return the text as the server stores it: without blank lines before and blanks after. Indentation stays.
 * @param {string} text @returns {string}
 */
export function written(text) {
  return text.trimEnd().replace(/^\n+/, "");
}

const MARKDOWN = /(?:^|\n)(?:```|~~~| {0,3}(?:[-*+] |\d+[.)] |>))|\*\*|~~|\|\||`|\]\(|\n[ |:]*-[-| :]*\n|\*\S|_\S+_/;
const PREVIEWED_FROM = 60;

/**
 * Return whether the text has so much markup that a preview is worth offering.
 * @param {string} text @returns {boolean}
 */
export function isWorthPreview(text) {
  return (text.length >= PREVIEWED_FROM || text.includes("\n")) && MARKDOWN.test(text);
}

/** Return the number of code points, as the server counts them. @param {string} text @returns {number} */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
