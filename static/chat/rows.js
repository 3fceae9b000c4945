/** From items to rows: where a day begins, where "New" stands, which lines belong together. Pure. */

/** @import {Item} from "./types.js" */
import { authorOf, isSystem, timeOf } from "./item.js";
import { dayKey } from "./time.js";

const TOGETHER_MS = 5 * 60 * 1000;

/** @typedef {{key: string, kind: "day", at: number} | {key: string, kind: "new"} | {key: string, kind: "line", item: Item, grouped: boolean}} Row */

/** @param {Item[]} items @param {number | null} newAt offset of the first line that is new @param {string | null} me @returns {Row[]} */
export function rowsOf(items, newAt, me) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Item | null} */
  let last = null;
  for (const item of items) {
    const breaks = rows.length;
    if (!last || dayKey(timeOf(last)) !== dayKey(timeOf(item))) rows.push({ key: `day ${dayKey(timeOf(item))}`, kind: "day", at: timeOf(item) });
    if (newAt !== null && item.line?.o === newAt) rows.push({ key: "new", kind: "new" });
    const grouped = rows.length === breaks && last !== null && belongTogether(last, item, me);
    rows.push({ key: item.key, kind: "line", item, grouped });
    last = item;
  }
  return rows;
}

/** @param {Item} one @param {Item} next @param {string | null} me */
function belongTogether(one, next, me) {
  if (isSystem(one) || isSystem(next)) return false;
  return authorOf(one, me) === authorOf(next, me) && timeOf(next) - timeOf(one) < TOGETHER_MS;
}
