/** Favourites: the emoji that a person has used, by how often and how lately. */

/** The six that everybody is offered first. chat/emoji.py accepts each of them. */
export const FIRST_EMOJI = ["👍", "❤️", "😂", "🎉", "😮", "😢"];
const MAX_KEPT = 30;
/** Each use makes earlier ones count so much less, so that a new habit replaces an old one. */
const FADING = 0.95;

/** @typedef {[emoji: string, score: number][]} Uses the latest use first */

/** @param {Uses} uses @param {string} emoji @returns {Uses} */
export function withUse(uses, emoji) {
  const score = uses.find(([other]) => other === emoji)?.[1] ?? 0;
  const others = uses
    .filter(([other]) => other !== emoji)
    .map(([other, n]) => /** @type {const} */ ([other, n * FADING]));
  return /** @type {Uses} */ ([[emoji, score * FADING + 1], ...others].slice(0, MAX_KEPT));
}

/** Return the most used emoji, filled up with those for everybody. @param {Uses} uses @param {number} n @returns {string[]} */
export function mostUsed(uses, n) {
  const own = uses.toSorted(([, a], [, b]) => b - a).map(([emoji]) => emoji);
  return [...new Set([...own, ...FIRST_EMOJI])].slice(0, n);
}

/** Return stored uses, or none when they are not such a list. @param {unknown} stored @returns {Uses} */
export function usesOf(stored) {
  const list = Array.isArray(stored) ? stored : [];
  return list
    .filter((use) => Array.isArray(use) && typeof use[0] === "string" && Number.isFinite(use[1]))
    .slice(0, MAX_KEPT);
}
