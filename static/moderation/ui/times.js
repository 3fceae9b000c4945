/** Durations and times of moderation as text. */

import { when } from "../../chat/ui/time.js";
import { say } from "../../chat/ui/words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LANGUAGE = document.documentElement.lang || "en";

/** Return "30 seconds", "10 minutes", "7 days". @param {number | null} ms null: for ever @returns {string} */
export function span(ms) {
  if (ms === null) return say("time.for_ever");
  const seconds = Math.round(ms / 1000);
  const [unit, size] =
    seconds >= DAY
      ? ["day", DAY]
      : seconds >= HOUR
        ? ["hour", HOUR]
        : seconds >= MINUTE
          ? ["minute", MINUTE]
          : ["second", 1];
  return new Intl.NumberFormat(LANGUAGE, {
    style: "unit",
    unit: /** @type {string} */ (unit),
    unitDisplay: "long",
    maximumFractionDigits: 1,
  }).format(seconds / Number(size));
}

/**
 * Return the time until a person may try again, rounded up: "7 minutes", "5 hours".
 * @param {number} ms @returns {string}
 */
export function wait(ms) {
  const unit = ms > 90 * MINUTE * 1000 ? HOUR : MINUTE;
  return span(Math.ceil(ms / 1000 / unit) * unit * 1000);
}

/** Return "4:32" or "1:04:32"; from a day on, days and hours. @param {number} ms @returns {string} */
export function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds >= DAY)
    return [span(Math.floor(seconds / DAY) * DAY * 1000), hours(seconds % DAY)].filter(Boolean).join(" ");
  const [h, m, s] = [Math.floor(seconds / HOUR), Math.floor((seconds % HOUR) / MINUTE), seconds % MINUTE];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** @param {number} seconds */
function hours(seconds) {
  return seconds >= HOUR ? span(Math.floor(seconds / HOUR) * HOUR * 1000) : "";
}

/** @param {number | null} at @returns {string} */
export function until(at) {
  return at === null ? say("time.for_ever") : say("time.until", { time: when(at) });
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");
