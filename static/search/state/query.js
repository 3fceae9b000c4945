/** The text of a search: filters in it, and the searches that were done before. Pure. */

const RECENT = 8;
const PLAIN = /^[^\s"“”「」『』«»„]+$/;

/** Return a value as it stands after a filter, quoted if it needs to be. @param {string} value @returns {string} */
export function quoted(value) {
  return PLAIN.test(value) ? value : `"${value.replaceAll('"', "")}"`;
}

/**
 * Return the text with a filter at its end, whose value is still to be typed, or as it is when it ends so already.
 * @param {string} text @param {string} name @returns {string}
 */
export function begunFilter(text, name) {
  const before = text.trimEnd();
  if (before.endsWith(`${name}:`)) return before;
  return `${before}${before && " "}${name}:`;
}

/** Return the text that searches in one room. @param {string} text @param {string} room @returns {string} */
export function inRoom(text, room) {
  const rest = text.replace(/(?:^|\s)in:(?:"[^"]*"|\S*)/gi, "").trim();
  return `in:${quoted(room)} ${rest}`;
}

/**
 * Return the recent searches with this one first.
 * @param {string[]} recent @param {string} query @returns {string[]}
 */
export function withRecent(recent, query) {
  const text = query.trim();
  if (!text) return recent;
  return [text, ...recent.filter((each) => each !== text)].slice(0, RECENT);
}

/** Return the stored list of recent searches; anything else is an empty one. @param {string} stored @returns {string[]} */
export function recentOf(stored) {
  try {
    const list = JSON.parse(stored || "[]");
    return Array.isArray(list) ? list.filter((each) => typeof each === "string").slice(0, RECENT) : [];
  } catch {
    return [];
  }
}

/**
 * Return the people or rooms whose names contain the typed word, those that begin with it first.
 * @template {{name: string}} T @param {T[]} rows @param {string} word @returns {T[]}
 */
export function matching(rows, word) {
  const wanted = bare(word.replace(/^["@#]+/, ""));
  const found = rows.filter(({ name }) => bare(name).includes(wanted));
  return found.toSorted((a, b) => Number(bare(b.name).startsWith(wanted)) - Number(bare(a.name).startsWith(wanted)));
}

/** @param {string} text */
function bare(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLocaleLowerCase();
}
