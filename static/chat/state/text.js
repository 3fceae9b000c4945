/** How text that people write is shown: its direction, and whether it is folded. Pure. chat/rows.py does the same. */

/** Characters that turn the direction of what follows; the server takes them out of what is written now. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
/** Of a message that is shown whole. */
const LINES = 24;
const CHARACTERS_A_LINE = 80;

/** @param {string} text @returns {string} */
export function withoutTurns(text) {
  return text.replace(TURNS, "");
}

/** A name within a sentence, so that it turns nothing around it. @param {string | number} value @returns {string} */
export function isolated(value) {
  const text = String(value);
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Does a message take so many lines that only its beginning is shown first? @param {string} text @returns {boolean} */
export function isLong(text) {
  if (text.length <= LINES) return false;
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(line.length / CHARACTERS_A_LINE));
  return lines > LINES;
}

/** What the server keeps of it: blank lines before and blanks after are taken off, what is indented stays. @param {string} text @returns {string} */
export function written(text) {
  return text.trimEnd().replace(/^\n+/, "");
}

/** Characters as the server counts them: an emoji is one or a few, not twice as many. @param {string} text @returns {number} */
export function lengthOf(text) {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
