/** Calendar days in the time zone of the reader. */

/** Return one value for each local day. @param {number} at ms UTC @returns {string} */
export function dayKey(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
