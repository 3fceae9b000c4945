/** Addresses in plain text: only those that the server is sure to link, and just so. Pure. */

const LONGEST = 1000;
/** Addresses after these are text, for the server too. */
const LINKS = 50;
/** Among these an address may stand in code, or inside of another link. */
const MARKUP = /[`[~]/;
const ADDRESS =
  /(?<=^|\s)https?:\/\/(?:[a-z0-9]+[-.])*[a-z][a-z0-9]*(?::\d{1,4})?(?:(?=[/?#])(?:\/@(?=\w)|[\w/&=+-]|[.,?#](?=[\w/&=+-]))+)?(?=(?:[.,!?]|\.{3})?(?:\s|$))/gi;

/** The text in parts, in order. @param {string} text @returns {{text: string, href?: string}[]} */
export function linked(text) {
  if (text.length > LONGEST || MARKUP.test(text)) return [{ text }];
  const parts = [];
  let end = 0;
  for (const { 0: href, index } of [...text.matchAll(ADDRESS)].slice(0, LINKS)) {
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: href, href });
    end = index + href.length;
  }
  return end < text.length || end === 0 ? [...parts, { text: text.slice(end) }] : parts;
}
