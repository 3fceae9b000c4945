/** Keys in a grid of several groups, each with rows of its own. Pure. */

/** The cell at `index` of the group `group`. @typedef {{group: number, index: number}} Cell */

/**
 * Return the cell that a key leads to, or null when the key leads out of the grid or is no key of it.
 * @param {number[]} sizes the number of cells in each group; none is empty
 * @param {number} columns @param {Cell} from @param {string} key @returns {Cell | null}
 */
export function moved(sizes, columns, { group, index }, key) {
  if (key === "Home") return { group, index: index - (index % columns) };
  if (key === "End") return { group, index: Math.min(sizes[group] - 1, index - (index % columns) + columns - 1) };
  if (key === "ArrowRight") return index + 1 < sizes[group] ? { group, index: index + 1 } : first(sizes, group + 1);
  if (key === "ArrowLeft") return index > 0 ? { group, index: index - 1 } : last(sizes, group - 1);
  if (key === "ArrowDown") return below(sizes, columns, { group, index });
  if (key === "ArrowUp") return above(sizes, columns, { group, index });
  return null;
}

/** @param {number[]} sizes @param {number} group @returns {Cell | null} */
function first(sizes, group) {
  return group < sizes.length ? { group, index: 0 } : null;
}

/** @param {number[]} sizes @param {number} group @returns {Cell | null} */
function last(sizes, group) {
  return group >= 0 ? { group, index: sizes[group] - 1 } : null;
}

/** @param {number[]} sizes @param {number} columns @param {Cell} from @returns {Cell | null} */
function below(sizes, columns, { group, index }) {
  const row = index - (index % columns);
  if (row + columns < sizes[group]) return { group, index: Math.min(index + columns, sizes[group] - 1) };
  return group + 1 < sizes.length ? { group: group + 1, index: Math.min(index - row, sizes[group + 1] - 1) } : null;
}

/** @param {number[]} sizes @param {number} columns @param {Cell} from @returns {Cell | null} */
function above(sizes, columns, { group, index }) {
  if (index >= columns) return { group, index: index - columns };
  if (group === 0) return null;
  const size = sizes[group - 1];
  return { group: group - 1, index: Math.min(size - 1 - ((size - 1) % columns) + index, size - 1) };
}
