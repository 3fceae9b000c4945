/** What moderation adds to the menus of lines and people. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Item, Line} from "../../chat/state/types.js" */
/** @import {Action} from "../../chat/ui/menu.js" */

import { isRemoved, isSystem } from "../../chat/state/item.js";
import { isAbove } from "../../chat/state/selectors.js";
import { say } from "../../chat/ui/words.js";

/** @typedef {{moderate: (user: string, line: Line | null) => void, report: (line: Line) => void}} ActionsAsked */

/** Return what moderation adds to the menus of messages and people. @param {Client} client @param {ActionsAsked} asked */
export function menuActions(client, { moderate, report }) {
  const moderating = (/** @type {string} */ user, /** @type {Line | null} */ line) =>
    /** @type {Action} */ ({ icon: "shield", word: say("act.moderate"), act: () => moderate(user, line) });
  const messageActions = (/** @type {Item} */ item) => {
    const line = said(item, client.me);
    if (!line?.by || !client.state().room?.role) return [];
    const mine = isAbove(client.state(), line.by) ? [moderating(line.by, line)] : [];
    return isRemoved(item) ? mine : [...mine, { icon: "flag", word: say("act.report"), act: () => report(line) }];
  };
  const personActions = (/** @type {string} */ user) => (isAbove(client.state(), user) ? [moderating(user, null)] : []);
  return { messageActions, personActions };
}

/** A line of somebody else, which a person wrote or made. @param {Item} item @param {string | null} me @returns {Line | null} */
function said(item, me) {
  return item.line && item.line.by !== me && !isSystem(item) ? item.line : null;
}
