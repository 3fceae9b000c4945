/** Times as people read them: local, in the page's language. */

import { say } from "./words.js";

const PAGE = document.documentElement.lang || "en";
/** The reader's own variant of the page's language: en-GB writes days before months. */
const LANGUAGE = navigator.languages.find((language) => language.split("-")[0] === PAGE.split("-")[0]) ?? PAGE;
const CLOCK = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "long", year: "numeric" });
const WHOLE = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full", timeStyle: "medium" });
const SHORT = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** @param {number} at @returns {string} */
export const clock = (at) => CLOCK.format(at);

/** @param {number} at @returns {string} */
export const whole = (at) => WHOLE.format(at);

/** @param {number} at @returns {string} */
export const short = (at) => SHORT.format(at);

/** One value a local day. @param {number} at @returns {string} */
export function dayKey(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** @param {number} at @param {number} [now] @returns {string} */
export function dayName(at, now = Date.now()) {
  if (dayKey(at) === dayKey(now)) return say("today");
  if (dayKey(at) === dayKey(now - 24 * 60 * 60 * 1000)) return say("yesterday");
  return (now - at < 300 * 24 * 60 * 60 * 1000 ? DAY : DAY_AND_YEAR).format(at);
}

/** @param {number} ms @returns {string} "1.8" */
export function seconds(ms) {
  return new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: ms < 10_000 ? 1 : 0 }).format(ms / 1000);
}
