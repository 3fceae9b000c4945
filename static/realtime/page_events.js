/** Events of the page that matter to a connection: it is visible again, it is left, it is restored. */

/** @import {Page} from "./types.js" */

/**
 * @param {Page} page
 * @param {{returned: () => void, left: () => void, offline: () => void, restored: () => void}} facts
 * @returns {() => void} stops watching
 */
export function watchPage(page, { returned, left, offline, restored }) {
  const watching = new AbortController();
  const listen = (/** @type {string} */ type, /** @type {(event: any) => void} */ fn) =>
    page.addEventListener(type, fn, watching);
  listen("visibilitychange", () => page.document?.visibilityState !== "hidden" && returned());
  listen("online", returned);
  listen("offline", offline);
  listen("pagehide", left);
  listen("pageshow", ({ persisted }) => (persisted ? restored() : returned()));
  return () => watching.abort();
}
