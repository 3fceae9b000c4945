/** Quote of the answered message above the body of a reply, in one line. chat/rows.py builds the same. */

/** @import {Item, Quote, RoomState} from "../state/types.js" */

import { mentionedIn, withNames } from "../state/mentions.js";
import { answeredBy, originalOf, quoteOf } from "../state/replies.js";
import { withoutTurns } from "../state/text.js";
import { part } from "../ui/dom.js";
import { personOf } from "../ui/face.js";
import { knows, say } from "../ui/words.js";

/**
 * Return the values on which the quote of an item depends.
 * @param {Item} item @param {RoomState} state @param {Set<string>} blockedPeople @returns {unknown[]}
 */
export function quoteDepends(item, state, blockedPeople) {
  const o = answeredBy(item);
  if (o === null) return [];
  const by = originalOf(state, o)?.by ?? "";
  const mentioned = mentionedIn(quoteOf(state, o)?.text ?? "").map((user) => state.people[user]?.name);
  return [o, originalOf(state, o), personOf(state.people, by), blockedPeople.has(by), ...mentioned];
}

/**
 * @param {HTMLElement} element @param {{item: Item, state: RoomState, blocked: boolean, blockedPeople: Set<string>}} view
 */
export function paintQuote(element, { item, state, blocked, blockedPeople }) {
  const link = part(element, ".quote", HTMLAnchorElement);
  const o = answeredBy(item);
  link.hidden = o === null || blocked;
  if (o === null || blocked) return;
  const { name, text, isNote, leads } = quoteWords(quoteOf(state, o), state, blockedPeople);
  part(link, ".quote-name", HTMLElement).textContent = name;
  part(link, ".quote-text", HTMLElement).textContent = text;
  link.classList.toggle("note", isNote);
  if (leads) link.href = `/r/${state.room?.key ?? ""}/@${o}`;
  else link.removeAttribute("href");
}

/**
 * Return what a quote says: name and text, whether the text is a note of ours, and whether it leads to the original.
 * @param {Quote | null} quote null while it is not known @param {RoomState} state @param {Set<string>} blockedPeople
 */
export function quoteWords(quote, state, blockedPeople) {
  if (!quote) return { name: "", text: "…", isNote: true, leads: true };
  const { by = null, kind = "text", text = "", hidden, removed } = quote;
  if (hidden) return { name: "", text: say("quote.hidden"), isNote: true, leads: false };
  if (removed) return { name: "", text: say("quote.removed"), isNote: true, leads: true };
  if (by && blockedPeople.has(by)) return { name: "", text: say("line.blocked"), isNote: true, leads: true };
  const { name } = personOf(state.people, by);
  const content = withNames(withoutTurns(text), (user) => personOf(state.people, user).name);
  return { name, text: content || kindWord(kind), isNote: !content, leads: true };
}

/** @param {string} kind @returns {string} */
function kindWord(kind) {
  return say(knows(`quote.kind.${kind}`) ? `quote.kind.${kind}` : "quote.kind.other");
}
