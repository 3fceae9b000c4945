/** Delivery state of the reader's own messages: pending, stored or failed. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Item} from "../state/types.js" */

import { knows, problemText, say } from "./words.js";

/** Pending messages show nothing before: most messages are stored by then. */
export const PENDING_SHOWN_AFTER_MS = 1000;

/** Problems of a text besides those with 422: it has to be changed. */
const TEXT_REFUSED = new Set(["here_refused", "here_limit"]);

/**
 * @param {Item} item @param {string | null} me @param {number} now
 * @returns {{name: "none" | "quiet" | "waiting" | "stored" | "failed", words: string}}
 */
export function deliveryOf({ message, pending }, me, now) {
  if (pending?.state === "failed") return { name: "failed", words: failure(pending) };
  if (pending)
    return now - pending.at < PENDING_SHOWN_AFTER_MS
      ? { name: "quiet", words: "" }
      : { name: "waiting", words: say("delivery.waiting") };
  if (!message || message.by !== me || message.removed) return { name: "none", words: "" };
  return { name: "stored", words: storedWords({ message, pending: null }) };
}

/** @param {Pick<Item, "message" | "pending">} item @returns {string} */
export function storedWords({ message, pending }) {
  if (!message || pending) return say("delivery.waiting");
  return message.ms === undefined
    ? say("delivery.stored", { o: message.o })
    : say("delivery.stored_in", { o: message.o, ms: Math.max(1, message.ms) });
}

const ORIGINAL_GONE = ["removed", "not_found", "replaced"];

/** Return whether a reply was refused because its original is gone. @param {PendingRequest} pending @returns {boolean} */
export function isOriginalGone({ params, problem }) {
  return params.re !== undefined && ORIGINAL_GONE.includes(problem?.type ?? "");
}

/** Return whether the same request would be refused again. @param {PendingRequest | null} pending @returns {boolean} */
export function isHopeless(pending) {
  if (!pending || !("text" in pending.params)) return false;
  const { status = 0, type = "" } = pending.problem ?? {};
  return (
    status === 422 ||
    type === "file_too_large" ||
    type === "file_used" ||
    TEXT_REFUSED.has(type) ||
    isOriginalGone(pending)
  );
}

/** @param {PendingRequest} pending @returns {string} */
export function failure(pending) {
  const { method, problem } = pending;
  if (isOriginalGone(pending)) return say("failed.reply");
  const what = say(knows(`failed.${method}`) ? `failed.${method}` : "failed.message.post");
  const isKnown = problem && (knows(`problem.${problem.type}`) || problem.type === "files_full");
  return isKnown ? `${what} ${problemText(problem)}` : what;
}
