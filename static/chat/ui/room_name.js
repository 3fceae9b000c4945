/** Displayed name of a room. The lounge has a translated name until a host renames it. */

import { say } from "./words.js";

const AS_MADE = "Lounge";

/** @param {{name: string, lounge?: boolean}} room @returns {string} */
export function shownName({ name, lounge }) {
  return lounge && name === AS_MADE ? say("room.lounge") : name;
}
