/** The draft of a reply: the offset and the tag of the message that is being answered, as text for the storage. */

/** @param {{o: number, t?: number | null}} message @returns {string} */
export function replyDraft({ o, t }) {
  return `${o}:${t ?? ""}`;
}

/** @param {string} draft @returns {{o: number, t: number | null} | null} null when nothing is being answered */
export function answeredDraft(draft) {
  const [, o, t] = /^(\d{1,15}):(\d{0,10})$/.exec(draft) ?? [];
  return o ? { o: Number(o), t: t ? Number(t) : null } : null;
}
