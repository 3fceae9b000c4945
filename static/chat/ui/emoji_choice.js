/** A person's emoji: the skin tone, and those used last. This browser keeps them until the person logs out. */

import { keptKey } from "../../realtime/browser_data.js";
import { TONES, usedLast } from "../state/emoji.js";

/** @type {{tone: string, recent: string[]}} */
let choice = { tone: "", recent: [] };
let key = "";

/** Read what the browser keeps for this person. @param {string} user */
export function keepEmojiOf(user) {
  key = keptKey(user, "emoji");
  read();
  addEventListener("storage", (event) => event.key === key && read());
}

/** @returns {string} one of `TONES`, or "" */
export function chosenTone() {
  return choice.tone;
}

/** @returns {string[]} emoji in the tone in which they were used, the last first */
export function recentEmoji() {
  return choice.recent;
}

/** @param {string} tone one of `TONES`, or "" */
export function chooseTone(tone) {
  store({ ...choice, tone });
}

/** @param {string} sign */
export function rememberEmoji(sign) {
  store({ ...choice, recent: usedLast(choice.recent, sign) });
}

function read() {
  try {
    const { tone, recent } = JSON.parse(localStorage.getItem(key) ?? "{}");
    const known = Array.isArray(recent) ? recent.filter((sign) => typeof sign === "string") : [];
    choice = { tone: TONES.includes(tone) ? tone : "", recent: known.slice(0, 32) };
  } catch {
    choice = { tone: "", recent: [] };
  }
}

/** @param {typeof choice} better */
function store(better) {
  choice = better;
  try {
    localStorage.setItem(key, JSON.stringify(choice));
  } catch {
    // The storage is full or not allowed. The choice stays as long as the page.
  }
}
