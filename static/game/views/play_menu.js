/** Menu beside the composer: a game with a person or with the bot, dice, a coin. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Action} from "../../chat/ui/menu.js" */
/** @import {Commands} from "./commands.js" */

import { byId } from "../../chat/ui/dom.js";
import { attach, fill } from "../../chat/ui/menu.js";
import { say } from "../../chat/ui/words.js";
import { LEVELS } from "./buttons.js";

/** @param {Client} client @param {Commands} commands */
export function startPlayMenu(client, commands) {
  const menu = byId("play-menu", HTMLElement);
  const post = (/** @type {string} */ text) => client.send("message.post", { text });
  /** @type {Action[]} */
  const actions = [
    { icon: "board", word: say("play.table"), act: () => commands.create() },
    ...LEVELS.map((level) => ({ icon: "bot", word: say(`play.bot.${level}`), act: () => commands.create(level) })),
    { icon: "dice", word: say("play.roll"), act: () => post("/roll 1d6") },
    { icon: "coin", word: say("play.flip"), act: () => post("/flip") },
  ];
  fill(menu, actions);
  attach(menu, byId("play", HTMLElement));
}
