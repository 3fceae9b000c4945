/** Clock of the page: monotonic, on the scale of Date.now(). */

/** @import {Clock} from "./types.js" */

/** @type {Clock} */
export const realClock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (id) => clearTimeout(id),
};
