/** Numbers and durations as text. */

import { count, say } from "../chat/ui/words.js";

const LANGUAGE = document.documentElement.lang || "en";
const WHOLE = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });

/**
 * Return a number with two significant figures where it is small: 0.25, 3.1, 42, 1,830.
 * @param {number | null} value
 */
export function figure(value) {
  if (value === null) return "–";
  return (value >= 10 || Number.isInteger(value) ? WHOLE : value >= 1 ? TENTHS : HUNDREDTHS).format(value);
}

/** @param {number | null} ms */
export const milliseconds = (ms) => (ms === null ? "–" : say("live.ms", { n: figure(ms) }));

/** Return "3 h 12 min". @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return say("live.days", { d: days, h: hours });
  if (hours) return say("live.hours", { h: hours, m: minutes % 60 });
  return minutes ? count("live.minutes", minutes) : count("live.seconds", Math.floor(seconds));
}

/**
 * Return the name of a size of batches: 1, 2–3, 4–7, and so on. The last size includes all larger ones.
 * @param {number} place @param {number} last
 */
export function sizeName(place, last) {
  const [from, to] = [2 ** place, 2 ** (place + 1) - 1];
  if (place === last) return `${WHOLE.format(from)}+`;
  return from === to ? "1" : `${WHOLE.format(from)}–${WHOLE.format(to)}`;
}
