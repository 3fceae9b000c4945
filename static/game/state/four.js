/** Rules of Four that the page needs: where a disc falls, and the board as text. */

/** @import {View} from "./types.js" */

export const COLUMNS = 7;
export const ROWS = 6;
const SIGNS = ["🔴", "🟡"];

/** @type {View} */
export const NOTHING = { columns: Array.from({ length: COLUMNS }, () => []), last: null, line: null, misses: [0, 0] };

/**
 * Return the row to which a disc falls, or null when the column is full.
 * @param {View} view @param {number} column @returns {number | null}
 */
export function landing(view, column) {
  const height = view.columns[column]?.length ?? ROWS;
  return height < ROWS ? height : null;
}

/** @param {View} view @param {number} column @param {number} seat @returns {View} */
export function withDisc(view, column, seat) {
  const row = landing(view, column);
  if (row === null) return view;
  return { ...view, columns: view.columns.with(column, [...view.columns[column], seat]), last: { column, row } };
}

/** Return six lines of seven characters, the top row first. @param {View} view @returns {string} */
export function boardText({ columns }) {
  const rows = Array.from({ length: ROWS }, (_, index) => ROWS - 1 - index);
  return rows.map((row) => columns.map((column) => SIGNS[column[row]] ?? "⚪").join("")).join("\n");
}

/** @param {View} view @param {number} column @param {number} row */
export function isWinning({ line }, column, row) {
  return line?.some(([c, r]) => c === column && r === row) ?? false;
}
