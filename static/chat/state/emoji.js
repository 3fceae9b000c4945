/** Emoji: their names, the search, skin tones and those used last. Pure. `bin/emoji_names.py` makes the table. */

/** `name`: the English one; `tones`: 1 when one character takes a skin tone, 2 when each person does.
 * @typedef {{sign: string, tones: number, names: string[], zh: string, group: string, words: string[]}} Emoji
 */
/** @typedef {Record<string, [string, number, string, string, string, string][]>} EmojiFile groups of rows */

/** Skin tones, from light to dark. */
export const TONES = ["🏻", "🏼", "🏽", "🏾", "🏿"];
const PRESENTATION = "\ufe0f";
const JOINER = "\u200d";
const PEOPLE = ["👨", "👩", "🧑", "🫱", "🫲"];
const RECENT = 32;
const NO_MATCH = 3;

/** @param {EmojiFile} file @returns {Emoji[]} in the order of the groups */
export function emojiOf(file) {
  return Object.entries(file).flatMap(([group, rows]) =>
    rows.map(([sign, tones, names, more, zh, moreZh]) => {
      const words = `${names.replaceAll("_", " ")} ${more} ${moreZh}`.split(" ").map(folded);
      return { sign, tones, names: names.split(" "), zh, group, words };
    }),
  );
}

/** Return a word in lower case and without its accents. @param {string} word @returns {string} */
function folded(word) {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Return the emoji whose names or words begin like each word of the query, best first: an equal name, the shortest name
 * that begins so, and then the others.
 * @param {Emoji[]} all @param {string} query @param {number} [most] @returns {Emoji[]}
 */
export function searchEmoji(all, query, most = Infinity) {
  const asked = query
    .split(/[\s_:]+/)
    .filter(Boolean)
    .map(folded);
  if (asked.length === 0) return [];
  const whole = asked.join("_");
  const ranked = all.map((emoji) => ({ emoji, ...rankOf(emoji, whole, asked) })).filter(({ rank }) => rank < NO_MATCH);
  return ranked
    .sort((a, b) => a.rank - b.rank || a.length - b.length)
    .slice(0, most)
    .map(({ emoji }) => emoji);
}

/** @param {Emoji} emoji @param {string} whole @param {string[]} asked */
function rankOf({ names, zh, words }, whole, asked) {
  const begin = [...names, zh].filter((name) => name.startsWith(whole)).sort((a, b) => a.length - b.length)[0];
  if (begin !== undefined) return { rank: begin === whole ? 0 : 1, length: begin.length };
  const matches = asked.every((word) => words.some((each) => each.startsWith(word)) || zh.includes(word));
  return { rank: matches ? 2 : NO_MATCH, length: 0 };
}

/** Return the emoji with exactly this name in one of the languages. @param {Emoji[]} all @param {string} name */
export function namedEmoji(all, name) {
  const wanted = name.toLowerCase();
  return all.find((emoji) => emoji.names.includes(wanted)) ?? all.find((emoji) => emoji.zh === name);
}

/**
 * Return the emoji in a skin tone, if it has tones.
 * @param {Pick<Emoji, "sign" | "tones">} emoji @param {string} tone one of `TONES`, or ""
 * @returns {string}
 */
export function toned({ sign, tones }, tone) {
  if (!tone || !tones) return sign;
  if (tones === 2)
    return sign
      .split(JOINER)
      .map((part) => (PEOPLE.includes(part) ? part + tone : part))
      .join(JOINER);
  const [first, ...rest] = sign;
  return first + tone + rest.join("").replace(new RegExp(`^${PRESENTATION}`), "");
}

/** Return the emoji used last, with one more. @param {string[]} recent @param {string} sign @returns {string[]} */
export function usedLast(recent, sign) {
  return [sign, ...recent.filter((other) => other !== sign)].slice(0, RECENT);
}

/**
 * Return whether the caret is in code, where `:name:` stays as it is typed.
 * @param {string} before the text before the caret @returns {boolean}
 */
export function isInCode(before) {
  const fences = before.match(/^```/gm)?.length ?? 0;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return fences % 2 === 1 || (line.match(/`/g)?.length ?? 0) % 2 === 1;
}
