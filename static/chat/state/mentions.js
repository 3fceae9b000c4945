/**
 * Mentions in a text: with users, as they are stored, and with names, as a person reads and types them. Pure; the server
 * reads the same (chat/mentions.py).
 */

/** @import {People} from "../../realtime/types.js" */

const HERE = "here";
const MENTION = /<@([A-Za-z0-9]{12}|here)>/g;
/** Code in a text, in which nothing is a mention; the parts at odd places of a split. */
const CODE = /(```[\s\S]*?(?:```|$)|``[^\n]+?``|`[^`\n]+`)/;
/** Characters before `@` that end an address, or say that no mention is meant. */
const NO_MENTION_BEFORE = /[A-Za-z0-9_@/.[<\\-]$/;
const LETTER = /^[\p{L}\p{N}_]/u;
/** Scripts without spaces between words. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** @typedef {(user: string) => string | undefined} NameOf */

/**
 * Return the text as a person reads it. A user without a name stays as in the stored text.
 * @param {string} text @param {NameOf} nameOf @returns {string}
 */
export function withNames(text, nameOf) {
  return outsideCode(text, (part) => part.replace(MENTION, (whole, user) => shownName(user, nameOf) ?? whole));
}

/**
 * Return the text as it is stored. Of two names that fit, the longer one is meant.
 * @param {string} text @param {Map<string, string>} users by name in lower case @returns {string}
 */
export function withUsers(text, users) {
  if (!text.includes("@") || isCommand(text)) return text;
  const lengths = [...new Set([...users.keys()].map((name) => name.length))].sort((a, b) => b - a);
  return outsideCode(text, (part) =>
    part.replace(/@/g, (at, index) => (NO_MENTION_BEFORE.test(part[index - 1] ?? "") ? at : `\0${at}`)),
  )
    .split("\0@")
    .map((rest, index) => (index === 0 ? rest : meant(rest, users, lengths)))
    .join("");
}

/** A command takes names as they are typed. @param {string} text */
function isCommand(text) {
  return text.startsWith("/") && !text.startsWith("//");
}

/** @param {string} rest the text after `@` @param {Map<string, string>} users @param {number[]} lengths */
function meant(rest, users, lengths) {
  for (const length of lengths) {
    const user = users.get(rest.slice(0, length).toLowerCase());
    if (user && endsAt(rest, length)) return `<@${user}>${rest.slice(length)}`;
  }
  return `@${rest}`;
}

/** Return whether a name of this length is whole: `@Mei` is not in `@Meike`. @param {string} rest @param {number} length */
function endsAt(rest, length) {
  const next = rest.slice(length, length + 2);
  return !LETTER.test(next) || SPACELESS.test(rest[length - 1]) || SPACELESS.test(next[0]);
}

/** @param {string} text @param {(part: string) => string} change @returns {string} */
function outsideCode(text, change) {
  return text
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");
}

/** Return the users that a stored text mentions, each once. @param {string} text @returns {string[]} */
export function mentionedIn(text) {
  return [...new Set([...text.matchAll(MENTION)].map(([, user]) => user))].filter((user) => user !== HERE);
}

/**
 * Return the parts of a text without markup; mentions have `user`.
 * @param {string} text @param {NameOf} nameOf @returns {{text: string, user?: string}[]}
 */
export function mentionParts(text, nameOf) {
  const parts = [];
  let end = 0;
  for (const { 0: whole, 1: user, index } of text.matchAll(MENTION)) {
    const name = shownName(user, nameOf);
    if (name === undefined) continue;
    parts.push({ text: text.slice(end, index) }, { text: name, user });
    end = index + whole.length;
  }
  return [...parts, { text: text.slice(end) }].filter((part) => part.text);
}

/** @param {string} user @param {NameOf} nameOf @returns {string | undefined} */
export function shownName(user, nameOf) {
  const name = user === HERE ? HERE : nameOf(user);
  return name === undefined ? undefined : `@${name}`;
}

/**
 * Return the names of people: the present ones, else those at the time of writing.
 * @param {People} people @param {Record<string, string>} [former] @returns {NameOf}
 */
export function namesOf(people, former = {}) {
  return (user) => people[user]?.name ?? (former[user] || undefined);
}

/** Return whether a message calls the reader. @param {{mentions?: Record<string, string>} | null} data @param {string | null} me */
export function callsMe(data, me) {
  return Boolean(data?.mentions && me && (me in data.mentions || HERE in data.mentions));
}
