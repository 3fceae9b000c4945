/** The only door through which markup enters the page: what the server rendered and sanitised. */

/** Browsers with Trusted Types take strings as markup by this policy only. @type {{createHTML: (html: string) => any}} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("parlor", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (html) => html };

/** @param {HTMLElement} element @param {string} html */
export function setServerHtml(element, html) {
  const parsed = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  for (const block of parsed.querySelectorAll("pre")) block.tabIndex = 0; // keys must reach what scrolls sideways
  element.replaceChildren(...parsed.body.childNodes);
}
