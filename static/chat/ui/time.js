/** Times in the reader's time zone and calendar, in the language of the page, by the server's clock. */

import { dayKey } from "../state/days.js";
import { say } from "./words.js";

const PAGE = document.documentElement.lang || "en";
/** The reader's variant of the page's language is used: en-GB writes days before months. */
const LANGUAGE = navigator.languages.find((language) => language.split("-")[0] === PAGE.split("-")[0]) ?? PAGE;
const RECENT_DAYS = 300;
const HOUR_MS = 60 * 60 * 1000;

/** @type {Record<"clock" | "day" | "year" | "whole" | "short", Intl.DateTimeFormatOptions>} */
const FORMATS = {
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { weekday: "long", day: "numeric", month: "long" },
  year: { day: "numeric", month: "long", year: "numeric" },
  whole: { dateStyle: "full", timeStyle: "medium" },
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();
let zone = timeZone();

let now = () => Date.now();

/**
 * Use this clock to decide what "today" is. It is the server's clock once that is known.
 * @param {() => number} clock ms UTC
 */
export function useClock(clock) {
  now = clock;
}

/** @returns {number} ms UTC */
export const serverNow = () => now();

/** @returns {string} such as "Europe/Berlin" */
function timeZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Return the reader's time zone. A formatter keeps the zone in which it was made, so that a new zone needs new
 * formatters.
 * @returns {string}
 */
export function currentZone() {
  const current = timeZone();
  if (current !== zone) formatters.clear();
  zone = current;
  return zone;
}

/** @param {keyof typeof FORMATS} name @param {number} at @returns {string} */
function format(name, at) {
  if (!formatters.has(name)) formatters.set(name, new Intl.DateTimeFormat(LANGUAGE, FORMATS[name]));
  return /** @type {Intl.DateTimeFormat} */ (formatters.get(name)).format(at);
}

/** @param {number} at @returns {string} */
export const clock = (at) => format("clock", at);

/** @param {number} at @returns {string} */
export const whole = (at) => format("whole", at);

/** @param {number} at @returns {string} */
export const short = (at) => format("short", at);

/** @param {number} at @returns {string} */
export const date = (at) => format("year", at);

/** Return the time of day, with the date unless it is today. @param {number} at @returns {string} */
export function when(at) {
  return dayKey(at) === dayKey(now()) ? clock(at) : short(at);
}

/**
 * Return the name of a day. Days are calendar days, also those with 23 or 25 hours.
 * @param {number} at @param {number} [today] @returns {string}
 */
export function dayName(at, today = now()) {
  if (dayKey(at) === dayKey(today)) return say("today");
  if (dayKey(at) === dayKey(daysBefore(today, 1))) return say("yesterday");
  return format(at > daysBefore(today, RECENT_DAYS) ? "day" : "year", at);
}

/** @param {number} at @param {number} days @returns {number} noon of that day */
function daysBefore(at, days) {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - days, 12).getTime();
}

/**
 * Return the time until the next local midnight, in ms, when the names of days change.
 * @param {number} [today] @returns {number}
 */
export function untilMidnight(today = now()) {
  const date = new Date(today);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime() - today;
}

/**
 * Call `changed` after midnight, and when the reader comes back on another day or in another time zone.
 * @param {() => void} changed
 */
export function watchCalendar(changed) {
  let seen = `${dayKey(now())} ${currentZone()}`;
  const look = () => {
    const current = `${dayKey(now())} ${currentZone()}`;
    if (current !== seen) changed();
    seen = current;
  };
  const wait = () => {
    look();
    setTimeout(wait, Math.min(untilMidnight() + 50, HOUR_MS)); // a computer may sleep meanwhile
  };
  wait();
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
}

/** @param {number} ms @returns {string} "1.8" */
export function seconds(ms) {
  return new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: ms < 10_000 ? 1 : 0 }).format(ms / 1000);
}
