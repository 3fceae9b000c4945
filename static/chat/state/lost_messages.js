/** Messages that a restored backup does not hold. */

/** @import {Message, RoomState} from "./types.js" */

/**
 * @typedef {{o: number, t: number | null | undefined, cid?: string, text?: string, re?: number}} SentMessage own messages have `cid` and `text`, and `re` when they answer another one
 */

/**
 * Return the messages that a tab knows, each with its tag. The reader's own also have what is needed to send them
 * again.
 * @param {RoomState} state @returns {SentMessage[]}
 */
export function sentMessages({ lines, me }) {
  return lines.map(({ o, t, by, cid, kind, data, removed, re }) =>
    by === me && cid && kind === "text" && data && !removed
      ? { o, t, cid, text: data.text, ...(re !== undefined && { re }) }
      : { o, t },
  );
}

/**
 * Return the reader's own messages after the last message that both logs have. One that answers a message after that
 * is sent again without it, because another message may have its offset.
 * @param {SentMessage[]} said @param {Pick<Message, "o" | "t">[]} stored the messages that are stored now
 * @returns {(SentMessage & {cid: string, text: string})[]}
 */
export function lostMessages(said, stored) {
  const tags = new Map(stored.map(({ o, t }) => [o, t]));
  const common = said.findLast(({ o, t }) => t !== null && t !== undefined && tags.get(o) === t)?.o ?? 0;
  const lost = said.filter(({ o, cid }) => cid && o > common);
  return /** @type {any} */ (lost.map(({ re, ...others }) => (re && re <= common ? { ...others, re } : others)));
}
