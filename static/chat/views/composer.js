/**
 * Composer: the field for messages. Typed text is never lost, and a sent message is in the timeline in the same frame.
 */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {Item} from "../state/types.js" */
/** @import {ComposerPart} from "./composer_parts.js" */

import { realClock } from "../../realtime/clock.js";
import { TypedMentions } from "../client/typed_mentions.js";
import { textOf } from "../state/item.js";
import { lengthOf, written } from "../state/text.js";
import { failure, isHopeless } from "../ui/delivery.js";
import { byId } from "../ui/dom.js";
import { shownName } from "../ui/room_name.js";
import { count, say } from "../ui/words.js";
import { ComposerParts } from "./composer_parts.js";

const MAX_LENGTH = 10_000;
const MAX_REQUEST_LENGTH = 500;
const COUNTER_FROM = 500; // for a short limit its last fifth

/**
 * `fitting`: the composer is about to change its height.
 * @typedef {{fitting: (change: () => void) => void, sent: () => void, typed: (text: string) => void, lastOwn: () => Item | null}} ComposerHandlers
 */

export class Composer {
  #form = byId("composer", HTMLFormElement);
  #text = byId("text", HTMLTextAreaElement);
  #send = byId("send", HTMLButtonElement);
  #note = byId("composer-note", HTMLElement);
  #join = byId("join", HTMLElement);
  #touch = matchMedia("(hover: none) and (pointer: coarse)");
  /** @type {number | null} offset of the message being edited */
  #editing = null;
  /** @type {any} */
  #slowed = null;
  #slow = false;
  /** The reason why the text in the field was not sent. */
  #errorText = "";
  #parts = new ComposerParts();
  #mentions;
  #client;
  #facts;

  /** @param {Client} client @param {ComposerHandlers} facts */
  constructor(client, facts) {
    this.#client = client;
    this.#facts = facts;
    this.#mentions = new TypedMentions(client);
  }

  start() {
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#text.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#text.addEventListener("input", () => this.#typed());
    byId("editing-stop", HTMLElement).addEventListener("click", () => this.#stopEditing());
    this.#client.drafts.on(
      "changed",
      (room, text) => room === this.#client.shown && this.#editing === null && this.#fill(text),
    );
    this.#client.on("shown", () => this.#roomShown());
    this.#client.outbox.on(
      "slowed",
      (room, ms) => room === this.#client.shown && this.#countDown(realClock.now() + ms),
    );
    this.#client.outbox.on("failed", (pending) => this.#failed(pending));
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#roomChanged());
    delete this.#form.dataset.first;
    this.#text.enterKeyHint = this.#touch.matches ? "enter" : "send";
    this.#roomShown();
  }

  /** Add a part of the message that is written. @param {ComposerPart} part */
  use(part) {
    this.#parts.add(part);
  }

  /** Show that a part has changed: its height, and whether there is something to send. */
  partChanged() {
    this.#errorText = "";
    this.#fit();
  }

  focus() {
    if (!this.#touch.matches && !this.#form.hidden) this.#text.focus({ preventScroll: true });
  }

  /** Go to the field of a new message, also on a phone: the reader has asked for it. */
  begin() {
    if (this.#editing !== null) this.#stopEditing();
    this.#text.focus();
  }

  /** @param {Item} item */
  edit(item) {
    if (!item.message) return;
    this.#editing = item.message.o;
    this.#markEditing();
    this.#fill(textOf(item), item.message.data?.mentions);
    this.#text.focus();
  }

  /** Put a refused message back into the field. @param {PendingRequest} pending */
  rewrite(pending) {
    if (this.#editing !== null) this.#stopEditing();
    this.#fill([pending.params.text, this.stored].filter(Boolean).join("\n"));
    this.#typed();
    this.#parts.restore(pending);
    this.#text.focus();
  }

  /**
   * Put a message back that the server will never accept, unless the reader is writing another one.
   * @param {PendingRequest} pending
   */
  #failed(pending) {
    if (
      pending.room !== this.#client.shown ||
      !this.#isFree ||
      !isHopeless(pending) ||
      pending.method !== "message.post"
    )
      return;
    this.#client.outbox.remove(pending.cid);
    this.#client.drafts.set(pending.room, pending.params.text);
    this.#parts.restore(pending);
    this.#errorText = failure(pending);
    this.#fill(pending.params.text);
  }

  /** Tell whether nothing is being written. */
  get #isFree() {
    return this.#editing === null && this.#text.value === "" && Object.keys(this.#parts.params()).length === 0;
  }

  #roomShown() {
    this.#errorText = "";
    this.#countDown(0);
    this.#stopEditing();
    this.#form.hidden = true;
    this.#roomChanged();
  }

  /** The text of the field as it is stored. */
  get stored() {
    return this.#mentions.stored(this.#text.value);
  }

  /** Show names that were not known when the text was filled in, and keep the caret where it was. */
  #nameMentions() {
    const named = this.#mentions.shown(this.#text.value);
    if (named === this.#text.value) return;
    const before = this.#mentions.shown(this.#text.value.slice(0, this.#text.selectionStart)).length;
    this.#text.value = named;
    this.#text.setSelectionRange(before, before);
    this.#fit();
  }

  #roomChanged() {
    const { room } = this.#client.state();
    this.#nameMentions();
    const closed = this.#client.plugs.ask("locksComposer").some(Boolean);
    const appears = this.#form.hidden && Boolean(room?.role) && !closed;
    this.#form.hidden = !room?.role || closed;
    if (appears) this.focus();
    this.#join.hidden = !room || room.role !== null || closed;
    if (room)
      this.#text.placeholder = byId("text-placeholder", HTMLElement).textContent = say("composer.placeholder", {
        room: shownName(room),
      });
  }

  /**
   * Count down after "too fast". The message is kept and is sent by itself; the button shows when.
   * @param {number} until
   */
  #countDown(until) {
    const left = Math.ceil((until - realClock.now()) / 1000);
    clearTimeout(this.#slowed);
    this.#slow = left > 0;
    this.#label(left);
    this.#paintNote();
    if (left > 0) this.#slowed = setTimeout(() => this.#countDown(until), 250);
  }

  /** @param {number} [wait] seconds */
  #label(wait = 0) {
    const verb = say(this.#editing === null ? "send" : "save");
    this.#send.textContent = wait > 0 ? `${wait} s` : verb;
    this.#send.ariaLabel = verb;
  }

  /** @param {Event} event */
  #submitted(event) {
    event.preventDefault();
    const text = written(this.stored);
    const hasContent = text !== "" || (this.#editing === null && !this.#parts.isEmpty());
    if (!hasContent || this.#isTooLong()) return;
    if (this.#editing === null) this.#post(text);
    else this.#change(text);
    this.#text.focus();
  }

  /** @param {string} text */
  #post(text) {
    this.#client.send("message.post", { text, ...this.#parts.params() });
    this.#client.drafts.set(this.#client.shown, "");
    this.#parts.sent();
    this.#errorText = "";
    this.#fill("");
    this.#facts.sent();
  }

  /** @param {string} text */
  #change(text) {
    this.#client.send("message.edit", { o: this.#editing, text });
    this.#stopEditing();
  }

  #stopEditing() {
    this.#editing = null;
    this.#markEditing();
    this.#fill(this.#client.drafts.get(this.#client.shown));
  }

  /** Show whether a message is being edited. Its parts stay as they are, so those of a new message are hidden. */
  #markEditing() {
    byId("editing", HTMLElement).hidden = this.#editing === null;
    this.#form.toggleAttribute("data-editing", this.#editing !== null);
    this.#label();
  }

  /** Send on Enter, except when an input method uses it to choose a word. @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey && !this.#touch.matches)
      return this.#submitted(event);
    if (event.key === "Escape") this.#escaped(event);
    else if (event.key === "ArrowUp" && this.#text.value === "" && this.#editing === null) this.#editLast(event);
  }

  /** @param {KeyboardEvent} event */
  #escaped(event) {
    if (this.#editing !== null) this.#stopEditing();
    else if (!this.#parts.drop()) return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #editLast(event) {
    const last = this.#facts.lastOwn();
    if (!last) return;
    event.preventDefault();
    this.edit(last);
  }

  #typed() {
    this.#errorText = "";
    if (this.#editing === null) this.#client.drafts.set(this.#client.shown, this.stored);
    this.#facts.typed(this.#editing === null ? this.#text.value : "");
    this.#fit();
  }

  /** @param {string} stored @param {Record<string, string>} [former] names of mentioned people when it was written */
  #fill(stored, former) {
    const text = this.#mentions.shown(stored, former);
    this.#text.value = text;
    this.#text.setSelectionRange(text.length, text.length);
    this.#fit();
  }

  #fit() {
    this.#facts.fitting(() => {
      this.#text.style.height = "auto";
      this.#text.style.height = `${this.#text.scrollHeight}px`;
      this.#form.toggleAttribute("data-ready", !this.#parts.isEmpty());
      this.#paintNote();
    });
  }

  #paintNote() {
    const left = this.#longest - lengthOf(this.stored);
    this.#note.toggleAttribute("data-over", left < 0);
    const about =
      left < 0
        ? count("composer.over", -left)
        : left <= Math.min(COUNTER_FROM, this.#longest / 5)
          ? count("composer.left", left)
          : "";
    this.#note.textContent =
      about || this.#errorText || (this.#slow ? (this.#client.plugs.ask("waitText")[0] ?? "") : "");
  }

  get #longest() {
    return this.#client.state().room?.unanswered ? MAX_REQUEST_LENGTH : MAX_LENGTH;
  }

  #isTooLong() {
    return lengthOf(written(this.stored)) > this.#longest;
  }
}
