/**
 * Links in plain text: exactly those that the server will make, so that a pending message looks like the stored one.
 */

const MAX_LENGTH = 1000;
/** The server leaves addresses after these as text, too. */
const MAX_LINKS = 50;
/** A text with one of these may hold an address in code or within another link. */
const MARKUP = /[`[~]/;
const ADDRESS =
  /(?<=^|\s)https?:\/\/(?:[a-z0-9]+[-.])*[a-z][a-z0-9]*(?::\d{1,4})?(?:(?=[/?#])(?:\/@(?=\w)|[\w/&=+-]|[.,?#](?=[\w/&=+-]))+)?(?=(?:[.,!?]|\.{3})?(?:\s|$))/gi;

/**
 * Return the parts of the text in order; links have `href`.
 * @param {string} text @returns {{text: string, href?: string}[]}
 */
export function linked(text) {
  if (text.length > MAX_LENGTH || MARKUP.test(text)) return [{ text }];
  const parts = [];
  let end = 0;
  for (const { 0: href, index } of [...text.matchAll(ADDRESS)].slice(0, MAX_LINKS)) {
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: href, href });
    end = index + href.length;
  }
  return end < text.length || end === 0 ? [...parts, { text: text.slice(end) }] : parts;
}
