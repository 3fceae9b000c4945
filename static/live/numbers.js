/** Numbers as people read them. Pure. */

import { count, say } from "../chat/ui/words.js";

const LANGUAGE = document.documentElement.lang || "en";
const WHOLE = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 2 });

/** Two figures are enough: 0.25, 3.1, 42, 1,830. @param {number | null} value */
export function figure(value) {
  if (value === null) return "–";
  return (value >= 10 || Number.isInteger(value) ? WHOLE : value >= 1 ? TENTHS : HUNDREDTHS).format(value);
}

/** @param {number | null} ms */
export const milliseconds = (ms) => (ms === null ? "–" : say("live.ms", { n: figure(ms) }));

/** "3 h 12 min" @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return say("live.days", { d: days, h: hours });
  if (hours) return say("live.hours", { h: hours, m: minutes % 60 });
  return minutes ? count("live.minutes", minutes) : count("live.seconds", Math.floor(seconds));
}

/** How the batches of 1, 2–3, 4–7 … are called; the last holds all that are larger. @param {number} place @param {number} last */
export function sizeName(place, last) {
  const [from, to] = [2 ** place, 2 ** (place + 1) - 1];
  if (place === last) return `${WHOLE.format(from)}+`;
  return from === to ? "1" : `${WHOLE.format(from)}–${WHOLE.format(to)}`;
}
