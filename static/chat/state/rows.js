/** Rows of the timeline: days, the "New" row, groups of one author, and folded removed messages. */

/** @import {Item} from "./types.js" */

import { dayKey } from "./days.js";
import { authorOf, isRemoved, isSystem, timeOf } from "./item.js";
import { answeredBy } from "./replies.js";

const TOGETHER_MS = 5 * 60 * 1000;
/** Removed messages are folded from this many in a row on. */
const MIN_FOLDED = 3;

/** @typedef {{key: string, kind: "fold", offsets: number[]}} Fold removed messages in a row, as one row */
/** @typedef {{key: string, kind: "message", item: Item, grouped: boolean}} MessageRow */
/** @typedef {{key: string, kind: "day", at: number} | {key: string, kind: "new"} | MessageRow | Fold} Row */

/**
 * @param {Item[]} items @param {number | null} newAt offset of the first message that is new @param {string | null} me
 * @param {Set<number>} [open] offsets that stay unfolded @returns {Row[]}
 */
export function rowsOf(items, newAt, me, open = new Set()) {
  return folded(allRows(items, newAt, me), open);
}

/** @param {Item[]} items @param {number | null} newAt @param {string | null} me @returns {Row[]} */
function allRows(items, newAt, me) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Item | null} */
  let last = null;
  /** @type {Item | null} the message with the face and the name */
  let head = null;
  for (const item of items) {
    const breaks = rows.length;
    if (!last || dayKey(timeOf(last)) !== dayKey(timeOf(item)))
      rows.push({ key: `day ${dayKey(timeOf(item))}`, kind: "day", at: timeOf(item) });
    if (newAt !== null && item.message?.o === newAt) rows.push({ key: "new", kind: "new" });
    /** @type {boolean} */
    const grouped = rows.length === breaks && head !== null && belongTogether(head, item, me);
    head = grouped ? head : item;
    rows.push({ key: item.key, kind: "message", item, grouped });
    last = item;
  }
  return rows;
}

/** @param {Row[]} rows @param {Set<number>} open @returns {Row[]} */
function folded(rows, open) {
  /** @type {Row[]} */
  const kept = [];
  for (let at = 0; at < rows.length; ) {
    const run = runAt(rows, at, open);
    const [last, next] = [kept.at(-1), rows[at]];
    if (run.length >= MIN_FOLDED) kept.push({ key: `fold ${run[0]}`, kind: "fold", offsets: run });
    else if (next.kind === "message") kept.push({ ...next, grouped: next.grouped && last?.kind !== "fold" });
    else kept.push(next);
    at += run.length >= MIN_FOLDED ? run.length : 1;
  }
  return kept;
}

/**
 * Return the offsets of the removed messages that follow each other from an index on.
 * @param {Row[]} rows @param {number} from @param {Set<number>} open @returns {number[]}
 */
function runAt(rows, from, open) {
  const run = [];
  for (let at = from; at < rows.length; at++) {
    const row = rows[at];
    const o = row.kind === "message" && isRemoved(row.item) ? row.item.message?.o : undefined;
    if (o === undefined || open.has(o)) break;
    run.push(o);
  }
  return run;
}

/** @param {Item} head @param {Item} next @param {string | null} me */
function belongTogether(head, next, me) {
  if (isSystem(head) || isSystem(next) || answeredBy(next) !== null) return false;
  return authorOf(head, me) === authorOf(next, me) && timeOf(next) - timeOf(head) < TOGETHER_MS;
}
