/** Row of a message: a cloned template, filled with text. Markup comes from the server only. */

/** @import {Person} from "../../realtime/types.js" */
/** @import {Card} from "../client/plugs.js" */
/** @import {Item, Message, RoomState} from "../state/types.js" */

import { attempt } from "../client/plugs.js";
import { authorOf, isRemoved, isSystem, textOf, timeOf } from "../state/item.js";
import { linked } from "../state/links.js";
import { callsMe } from "../state/mentions.js";
import { badgeOf } from "../state/selectors.js";
import { isLong, withoutTurns } from "../state/text.js";
import { paintBadge } from "../ui/badge.js";
import { deliveryOf, isHopeless } from "../ui/delivery.js";
import { clone, make, part } from "../ui/dom.js";
import { paintFace, personOf } from "../ui/face.js";
import { setServerHtml } from "../ui/html.js";
import { clock, whole } from "../ui/time.js";
import { say } from "../ui/words.js";
import { paintAttachments } from "./attachments.js";
import { mentionNodes, paintMentions } from "./mention.js";
import { paintPreviews } from "./previews.js";
import { paintQuote } from "./quote.js";
import { paintReactions } from "./reactions.js";

const ONLY_EMOJI =
  /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\ufe0f|\u200d\p{Extended_Pictographic})*\s*){1,5}$/u;

/**
 * @typedef {{item: Item, blocked: boolean, blockedPeople: Set<string>, state: RoomState, cards: Record<string, Card>, grouped: boolean, now: number, uploads: import("../client/uploads.js").Uploads}} MessageView
 */

/** @type {Record<string, Card>} */
const CARDS = {
  text: { paint: (body, data, _, view) => paintText(body, data, view) },
  "room.created": {
    paint: (body, data, author) => {
      body.textContent = say("line.created", { who: author.name, name: data.name });
    },
  },
  "room.changed": {
    paint: (body, data, author) => {
      body.textContent = changed(data, author.name);
    },
  },
};

/**
 * Return the values on which the card of a message depends.
 * @param {Message} message @param {RoomState} state @param {Record<string, Card>} cards of plugs @returns {unknown[]}
 */
export function cardDepends(message, state, cards) {
  const mentioned = Object.keys(message.data?.mentions ?? {}).map((user) => state.people[user]?.name);
  return [
    ...mentioned,
    ...attempt(`card ${message.kind}`, () => cards[message.kind]?.depends?.(message, state) ?? [], []),
  ];
}

/** @param {Item} item @returns {HTMLElement} */
export function buildMessage(item) {
  return clone(isSystem(item) ? "system-template" : "line-template");
}

/** @param {HTMLElement} element @param {MessageView} view */
export function paintMessage(element, view) {
  const { item, grouped } = view;
  const { people, me } = view.state;
  const author = personOf(people, authorOf(item, me));
  element.dataset.key = item.key;
  if (item.message) element.dataset.o = String(item.message.o);
  paintTime(part(element, ".line-time", HTMLAnchorElement), view);
  paintBody(part(element, ".line-body", HTMLElement), author, view);
  if (isSystem(item)) return;
  part(element, ".line-pin", HTMLElement).hidden = !item.message?.pinned || isRemoved(item) || view.blocked;
  paintQuote(element, view);
  paintMore(element, view);
  paintAttachments(element, view);
  paintFace(part(element, ".face", HTMLElement), author);
  part(element, ".line-name", HTMLElement).textContent = author.name;
  paintBadge(part(element, ".line-rank", HTMLElement), badgeOf(view.state, authorOf(item, me)));
  element.classList.toggle("grouped", grouped);
  element.classList.toggle("removed", isRemoved(item) || view.blocked);
  paintPreviews(element, view);
  paintReactions(element, view);
  element.classList.toggle("calls", !view.blocked && item.message?.by !== me && callsMe(item.message?.data, me));
  paintDelivery(element, view);
}

/** @param {HTMLAnchorElement} link @param {MessageView} view */
function paintTime(link, { item, state }) {
  const time = part(link, "time", HTMLTimeElement);
  const at = timeOf(item);
  time.dateTime = new Date(at).toISOString();
  time.textContent = clock(at);
  link.title = whole(at);
  if (item.message) link.href = `/r/${state.room?.key ?? ""}/@${item.message.o}`;
}

/** @param {HTMLElement} body @param {Person} author @param {MessageView} view */
function paintBody(body, author, view) {
  const { item } = view;
  const { message, pending } = item;
  body.className = "line-body";
  if (view.blocked) {
    body.textContent = say("line.blocked");
    return;
  }
  if (isRemoved(item))
    body.textContent = say(
      message?.removed && message.removed.by !== message.by ? "line.removed_by_host" : "line.removed",
    );
  else if (pending?.params.text && pending.state !== "failed")
    paintText(body, { text: pending.params.text, mentions: message?.data?.mentions }, view);
  else if (message) paintCard(body, message, author, view);
  else paintText(body, { text: textOf(item) }, view);
  if (message?.edited && !isRemoved(item)) appendEdited(body, message.edited);
}

/**
 * Paint a message by its kind. A kind that is unknown or fails gets a card that says so.
 * @param {HTMLElement} body @param {Message} message @param {Person} author @param {MessageView} view
 */
export function paintCard(body, { kind, data }, author, view) {
  const card = CARDS[kind] ?? view.cards[kind];
  const painted = () => {
    card?.paint(body, data ?? {}, author, view);
    return card !== undefined;
  };
  if (attempt(`card ${kind}`, painted, false)) return;
  body.className = "line-body";
  body.replaceChildren(make("span", "muted", say("card.broken")));
}

/**
 * @param {HTMLElement} body @param {{text?: string, html?: string, mentions?: Record<string, string>}} data
 * @param {{state: RoomState}} view
 */
export function paintText(body, { text = "", html, mentions }, { state }) {
  text = withoutTurns(text);
  body.classList.toggle("plain", !html);
  body.classList.toggle("emoji", ONLY_EMOJI.test(text.trim()));
  if (html) setServerHtml(body, withoutTurns(html));
  else
    body.replaceChildren(
      ...linked(text).flatMap(({ text, href }) => (href ? [linkTo(href)] : mentionNodes(text, mentions, state))),
    );
  paintMentions(body, mentions, state);
}

/** Return a link as the server makes it. @param {string} address */
function linkTo(address) {
  const link = document.createElement("a");
  Object.assign(link, { href: address, target: "_blank", rel: "noopener nofollow ugc", textContent: address });
  return link;
}

/**
 * Show the beginning of a long message until the reader asks for more.
 * @param {HTMLElement} element @param {MessageView} view
 */
function paintMore(element, { item, blocked }) {
  const more = part(element, ".line-more", HTMLButtonElement);
  const long = !blocked && !isRemoved(item) && isLong(item.pending?.params.text ?? textOf(item));
  more.hidden = !long;
  element.classList.toggle("long", long);
  unfold(element, long && element.classList.contains("open"));
}

/** @param {HTMLElement} element @param {boolean} open */
export function unfold(element, open) {
  const more = part(element, ".line-more", HTMLButtonElement);
  element.classList.toggle("open", open);
  more.ariaExpanded = String(open);
  more.textContent = say(open ? "line.less" : "line.more");
}

/** @param {HTMLElement} body @param {number} at */
function appendEdited(body, at) {
  const last = body.lastElementChild?.tagName === "P" ? body.lastElementChild : body;
  const mark = make("span", "edited", say("line.edited"));
  mark.title = whole(at);
  last.append(" ", mark);
}

/**
 * @param {{name: string, topic: string, public: boolean, before: {name: string, topic: string, public: boolean}}} data
 * @param {string} who @returns {string}
 */
function changed(data, who) {
  const { name, topic, before } = data;
  if (name !== before.name) return say("line.renamed", { who, name });
  if (topic !== before.topic) return say(topic ? "line.topic" : "line.topic_cleared", { who, topic });
  return say(data.public ? "line.made_public" : "line.made_private", { who });
}

/** @param {HTMLElement} element @param {MessageView} view */
function paintDelivery(element, { item, state: { me }, now }) {
  const state = deliveryOf(item, me, now);
  const tick = part(element, ".tick", HTMLButtonElement);
  const problem = part(element, ".line-problem", HTMLElement);
  element.classList.toggle("pending", state.name === "waiting");
  tick.hidden = state.name !== "stored" && state.name !== "waiting";
  element.classList.toggle("ticked", !tick.hidden);
  tick.dataset.state = state.name;
  tick.ariaLabel = state.words;
  part(tick, "use", SVGUseElement).setAttribute("href", state.name === "stored" ? "#icon-tick" : "#icon-clock");
  problem.hidden = state.name !== "failed";
  const hopeless = isHopeless(item.pending);
  part(problem, "[data-act=retry]", HTMLElement).hidden = hopeless;
  part(problem, "[data-act=rewrite]", HTMLElement).hidden = !hopeless;
  part(problem, "span", HTMLElement).textContent = state.name === "failed" ? state.words : "";
}
