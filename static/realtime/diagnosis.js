/** Diagnosis of a connection that does not open, by what the browser says and by a request over HTTP. */

import { realClock } from "./clock.js";

const TIMEOUT_MS = 5_000;

/**
 * @typedef {"offline" | "away" | "origin" | "blocked"} Cause no network; no server; the server refuses the address of the page; HTTP passes and WebSockets do not
 */

/**
 * @param {{fetch?: typeof fetch, online?: () => boolean, clock?: import("./types.js").Clock}} [means]
 * @returns {Promise<Cause>}
 */
export async function diagnose({
  fetch = globalThis.fetch,
  online = () => navigator.onLine !== false,
  clock = realClock,
} = {}) {
  if (!online()) return "offline";
  const stop = new AbortController();
  const timer = clock.setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch("/realtime/check", { method: "POST", cache: "no-store", signal: stop.signal });
    if (answer.status === 400 || answer.status === 403) return "origin"; // a proxy, or ALLOWED_HOSTS
    if (!answer.ok) return "away";
    return (await answer.json()).origin ? "blocked" : "origin";
  } catch {
    return online() ? "away" : "offline";
  } finally {
    clock.clearTimeout(timer);
  }
}
