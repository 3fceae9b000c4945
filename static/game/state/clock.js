/** Clock of a turn. */

const HURRY_MS = 10_000;

/** Return "0:17"; a second that has begun counts. @param {number} ms @returns {string} */
export function clockText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** @param {number} ms */
export function isHurry(ms) {
  return ms <= HURRY_MS;
}

/** Return the time until the text changes, in ms. @param {number} ms @returns {number} ms */
export function nextTick(ms) {
  return ms <= 0 ? Infinity : ms - (Math.ceil(ms / 1000) - 1) * 1000;
}
