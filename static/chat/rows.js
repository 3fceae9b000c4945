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
  /** @type {Item | null} the one that carries face and name */
  let head = null;
  for (const item of items) {
    const breaks = rows.length;
    if (!last || dayKey(timeOf(last)) !== dayKey(timeOf(item))) rows.push({ key: `day ${dayKey(timeOf(item))}`, kind: "day", at: timeOf(item) });
    if (newAt !== null && item.line?.o === newAt) rows.push({ key: "new", kind: "new" });
    /** @type {boolean} */
    const grouped = rows.length === breaks && head !== null && belongTogether(head, item, me);
    head = grouped ? head : item;
    rows.push({ key: item.key, kind: "line", item, grouped });
    last = item;
  }
  return rows;
}

/** @param {Item} head @param {Item} next @param {string | null} me */
function belongTogether(head, next, me) {
  if (isSystem(head) || isSystem(next)) return false;
  return authorOf(head, me) === authorOf(next, me) && timeOf(next) - timeOf(head) < TOGETHER_MS;
}
