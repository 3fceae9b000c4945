/** Word that is being typed, and the text after it was completed. Pure. */

/**
 * `trigger` matches the end of the text before the caret. Its group is the word, after one character such as `/`.
 * `atEnd`: the word has to end at the caret.
 * @typedef {{trigger: RegExp, atEnd?: boolean}} Triggered
 */
/** `from` and `to`: the range in the text that a completion replaces. @typedef {{word: string, from: number, to: number}} Span */

/** A word begins at most so many characters before the caret. */
const LOOKED_AT = 200;

/**
 * Return the source whose word is being typed at the caret, and that word.
 * @template {Triggered} S
 * @param {string} text @param {number} caret @param {S[]} sources @returns {{source: S, span: Span} | null}
 */
export function begun(text, caret, sources) {
  const start = Math.max(0, caret - LOOKED_AT);
  const before = text.slice(start, caret);
  for (const source of sources) {
    const found = source.trigger.exec(before);
    if (!found || (start > 0 && found.index === 0)) continue;
    if (source.atEnd && /\S/.test(text.charAt(caret))) continue;
    const from = start + found.index + found[0].length - found[1].length - 1;
    return { source, span: { word: found[1], from, to: caret } };
  }
  return null;
}

/**
 * Return what is to be inserted: its last space is left out when a space follows.
 * @param {string} text @param {Span} span @param {string} insertion @returns {string}
 */
export function fitted(text, { to }, insertion) {
  return insertion.endsWith(" ") && /^[ \n]/.test(text.slice(to, to + 1)) ? insertion.slice(0, -1) : insertion;
}
