/** Actions of moderation in the menus of messages and people. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Item, Message} from "../../chat/state/types.js" */
/** @import {Action} from "../../chat/ui/menu.js" */

import { isRemoved, isSystem } from "../../chat/state/item.js";
import { isAbove } from "../../chat/state/selectors.js";
import { say } from "../../chat/ui/words.js";

/**
 * @typedef {{moderate: (user: string, message: Message | null) => void, report: (message: Message) => void}} ActionsAsked
 */

/** Return the actions for the menus of messages and people. @param {Client} client @param {ActionsAsked} asked */
export function menuActions(client, { moderate, report }) {
  const moderating = (/** @type {string} */ user, /** @type {Message | null} */ message) =>
    /** @type {Action} */ ({ icon: "shield", word: say("act.moderate"), act: () => moderate(user, message) });
  const messageActions = (/** @type {Item} */ item) => {
    const message = said(item, client.me);
    if (!message?.by || !client.state().room?.role) return [];
    const mine = isAbove(client.state(), message.by) ? [moderating(message.by, message)] : [];
    return isRemoved(item) ? mine : [...mine, { icon: "flag", word: say("act.report"), act: () => report(message) }];
  };
  const personActions = (/** @type {string} */ user) => (isAbove(client.state(), user) ? [moderating(user, null)] : []);
  return { messageActions, personActions };
}

/**
 * Return the message of another person, or null for the reader's own and for system messages.
 * @param {Item} item @param {string | null} me @returns {Message | null}
 */
function said(item, me) {
  return item.message && item.message.by !== me && !isSystem(item) ? item.message : null;
}
