/** Actions on a message, by who may do them. */

/** @import {Client} from "../client/client.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Action} from "../ui/menu.js" */
/** @import {PreviewRemoval} from "./preview_removal.js" */
/** @import {React} from "./react.js" */

import { isRemoved, isSystem, isText, textOf } from "../state/item.js";
import { namesOf, withNames } from "../state/mentions.js";
import { isAbove } from "../state/selectors.js";
import { copy } from "../ui/copy.js";
import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";
import { mayPin, setPinned } from "./pinning.js";
import { markUnreadFrom } from "./unread_from.js";

/**
 * @typedef {{answer: (item: Item) => void, edit: (item: Item) => void, deliveryAsked: (item: Item) => void, react: React, previews: PreviewRemoval}} MessageActionHandlers
 */

export class MessageActions {
  #client;
  #facts;

  /** @param {Client} client @param {MessageActionHandlers} facts */
  constructor(client, facts) {
    this.#client = client;
    this.#facts = facts;
  }

  /**
   * Return the actions on a message. The first ones are in the bar over it, all of them in its menu.
   * @param {Item} item @returns {Action[]}
   */
  of(item) {
    return [
      ...this.#replies(item),
      ...this.#react(item),
      ...this.#changes(item),
      ...this.#pins(item),
      ...this.#facts.previews.of(item),
      ...this.#unread(item),
      ...this.#copies(item),
      ...this.#client.plugs.ask("messageActions", item).flat(),
    ];
  }

  /** Return the function that begins a reply to a message, or null. @param {Item} item @returns {(() => void) | null} */
  answer(item) {
    const mayAnswer = item.message && this.#client.state().room?.role && !isRemoved(item) && !isSystem(item);
    const isClosed = this.#client.state().room?.archived || this.#client.plugs.ask("locksComposer").some(Boolean);
    return mayAnswer && !isClosed ? () => this.#facts.answer(item) : null;
  }

  /**
   * Return the row of emoji for the menu of a message, or null when the reader may not react to it.
   * @param {Item} item @param {() => void} close closes the menu @returns {HTMLElement | null}
   */
  quick(item, close) {
    return this.#facts.react.may(item) ? this.#facts.react.row(item, close) : null;
  }

  /** @param {Item} item @returns {Action[]} */
  #react(item) {
    const { react } = this.#facts;
    return react.may(item) ? [{ icon: "react", word: say("act.react"), act: () => react.open(item), key: "+" }] : [];
  }

  /** @param {Item} item */
  mayEdit(item) {
    return isText(item) && this.#isOwn(item) && !this.#client.state().room?.unanswered;
  }

  /** @param {Item} item */
  #isOwn(item) {
    const { me, room } = this.#client.state();
    return Boolean(item.message && room?.role && item.message.by === me && !isRemoved(item) && !isSystem(item));
  }

  /** @param {Item} item */
  remove({ message }) {
    if (!message) return;
    const { shown } = this.#client;
    this.#client.send("message.delete", { o: message.o });
    toast(say("deleted"), {
      word: say("undo"),
      act: () => this.#client.send("message.restore", { room: shown, o: message.o }),
    });
  }

  /** @param {Item} item @returns {Action[]} */
  #replies(item) {
    const act = this.answer(item);
    return act ? [{ icon: "reply", word: say("act.reply"), act, key: "r" }] : [];
  }

  /** @param {Item} item @returns {Action[]} */
  #changes(item) {
    const mayRemove =
      item.message &&
      !isRemoved(item) &&
      !isSystem(item) &&
      (this.#isOwn(item) || isAbove(this.#client.state(), item.message.by));
    const edit = { icon: "edit", word: say("act.edit"), act: () => this.#facts.edit(item) };
    const remove = { icon: "delete", word: say("act.delete"), act: () => this.remove(item), danger: true };
    return [...(this.mayEdit(item) ? [edit] : []), ...(mayRemove ? [remove] : [])];
  }

  /** Return the text with the names of mentioned people. @param {Item} item */
  #readable(item) {
    return withNames(textOf(item), namesOf(this.#client.state().people, item.message?.data?.mentions));
  }

  /** @param {Item} item @returns {Action[]} */
  #pins(item) {
    const { message } = item;
    if (!message || isRemoved(item) || isSystem(item) || !mayPin(this.#client.state())) return [];
    const isPinned = Boolean(message.pinned);
    const act = () => setPinned(this.#client, message.o, !isPinned);
    return [{ icon: "pin", word: say(isPinned ? "act.unpin" : "act.pin"), act }];
  }

  /** @param {Item} item @returns {Action[]} */
  #unread({ message }) {
    if (!message || !this.#client.state().room?.role) return [];
    const act = () => markUnreadFrom(this.#client, message.o);
    return [{ icon: "unread", word: say("act.unread"), act, key: "u" }];
  }

  /** @param {Item} item @returns {Action[]} */
  #copies(item) {
    const { message } = item;
    if (!message) return [];
    const { shown } = this.#client;
    const link = {
      icon: "link",
      word: say("act.copy_link"),
      act: () => copy(`${location.origin}/r/${shown}/@${message.o}`),
    };
    const text = { icon: "copy", word: say("act.copy_text"), act: () => copy(this.#readable(item)) };
    const delivery = { icon: "tick", word: say("act.delivery"), act: () => this.#facts.deliveryAsked(item) };
    if (isRemoved(item) || isSystem(item)) return [link];
    const copies = isText(item) ? [link, text] : [link];
    return message.by === this.#client.me ? [...copies, delivery] : copies;
  }
}
