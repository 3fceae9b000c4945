/** The only door through which markup enters the page: what the server rendered and sanitised. */

/** @param {HTMLElement} element @param {string} html */
export function setServerHtml(element, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  element.replaceChildren(...parsed.body.childNodes);
}
