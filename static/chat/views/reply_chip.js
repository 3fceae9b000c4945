/** ReplyChip shows above the field which message is being answered. It is kept with the draft of the room. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {Item} from "../state/types.js" */

import { answeredDraft, replyDraft } from "../client/reply_draft.js";
import { originalOf, quoteOf } from "../state/replies.js";
import { isOriginalGone } from "../ui/delivery.js";
import { byId, part } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { say } from "../ui/words.js";
import { quoteWords } from "./quote.js";

/** `changed`: the chip appears, disappears or says something else. @typedef {{changed: () => void}} ReplyChipHandlers */

export class ReplyChip {
  #chip = byId("replying", HTMLElement);
  #link = part(this.#chip, "a", HTMLAnchorElement);
  #client;
  #facts;
  /** @type {unknown[]} */
  #seen = [];

  /** @param {Client} client @param {ReplyChipHandlers} facts */
  constructor(client, facts) {
    this.#client = client;
    this.#facts = facts;
  }

  start() {
    byId("replying-stop", HTMLButtonElement).addEventListener(
      "click",
      () => this.drop() && byId("text", HTMLElement).focus(),
    );
    this.#client.on("shown", () => this.#paint());
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#paint());
    this.#client.replies.on("changed", (room) => room === this.#client.shown && this.#paint());
    this.#paint();
  }

  /** @param {Item} item */
  answer({ message }) {
    if (message) this.#set(replyDraft(message));
  }

  params() {
    const answered = this.#answered;
    if (!answered) return {};
    return { re: answered.o, ...(answered.t !== null && { re_t: answered.t }) };
  }

  /** A reply says nothing by itself. */
  isEmpty() {
    return true;
  }

  sent() {
    this.#set("");
  }

  /** @param {PendingRequest} pending */
  restore(pending) {
    const { re, re_t } = pending.params;
    if (re !== undefined && !isOriginalGone(pending) && !this.#answered) this.#set(replyDraft({ o: re, t: re_t }));
  }

  drop() {
    const answered = this.#answered;
    if (answered) this.#set("");
    return answered !== null;
  }

  get #answered() {
    return answeredDraft(this.#client.replies.get(this.#client.shown));
  }

  /** @param {string} draft */
  #set(draft) {
    this.#client.setReply(this.#client.shown, draft);
    this.#paint();
  }

  #paint() {
    const state = this.#client.state();
    const answered = this.#answered;
    const original = answered && originalOf(state, answered.o);
    const by = original?.by ?? "";
    const seen = [state.room?.key, answered?.o, original, personOf(state.people, by), this.#client.blocked.has(by)];
    if (seen.every((value, index) => value === this.#seen[index])) return;
    this.#seen = seen;
    this.#chip.hidden = answered === null;
    this.#paintWords(answered?.o ?? null);
    this.#facts.changed();
  }

  /** The words describe the field to screen readers, so a chip that is hidden has none. @param {number | null} o */
  #paintWords(o) {
    const [who, what] = [part(this.#link, "b", HTMLElement), part(this.#link, "span", HTMLElement)];
    who.textContent = what.textContent = "";
    if (o === null) return;
    const state = this.#client.state();
    const { name, text } = quoteWords(quoteOf(state, o), state, this.#client.blocked);
    this.#link.href = `/r/${state.room?.key ?? ""}/@${o}`;
    who.textContent = name ? say("reply.to", { name }) : say("reply");
    what.textContent = text;
  }
}
