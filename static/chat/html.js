/** The only door through which markup enters the page: what the server rendered and sanitised. */

/** @param {HTMLElement} element @param {string} html */
export function setServerHtml(element, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const block of parsed.querySelectorAll("pre")) block.tabIndex = 0; // keys must reach what scrolls sideways
  element.replaceChildren(...parsed.body.childNodes);
}
