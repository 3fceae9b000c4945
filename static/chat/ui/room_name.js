/** The name that a room is shown under: the lounge has one in each language until somebody renames it. */

import { say } from "./words.js";

const AS_MADE = "Lounge";

/** @param {{name: string, lounge?: boolean}} room @returns {string} */
export function shownName({ name, lounge }) {
  return lounge && name === AS_MADE ? say("room.lounge") : name;
}
