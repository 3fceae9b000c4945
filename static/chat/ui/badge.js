/** Badge beside a name: a rank of the site or of the room, or "guest". */

import { say } from "./words.js";

/** @param {string} badge */
export function badgeWord(badge) {
  return badge && say(`badge.${badge}`);
}

/** @param {HTMLElement} element @param {string} badge */
export function paintBadge(element, badge) {
  element.hidden = !badge;
  element.dataset.badge = badge;
  element.textContent = badgeWord(badge);
}
