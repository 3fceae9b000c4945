/** Markup enters the page here only. The server has rendered and sanitised it. */

import { furnish } from "./markup.js";

/** Browsers with Trusted Types accept markup from this policy only. @type {{createHTML: (html: string) => any}} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("parlor", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (html) => html };

/** @param {HTMLElement} element @param {string} html */
export function setServerHtml(element, html) {
  const parsed = new DOMParser().parseFromString(policy.createHTML(html), "text/html");
  furnish(parsed.body, element, html);
  element.replaceChildren(...parsed.body.childNodes);
}
