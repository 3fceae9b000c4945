/** The button beside what one writes: a game with someone here or with the bot, dice, a coin. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Act} from "../../chat/ui/menu.js" */
/** @import {Deeds} from "./commands.js" */

import { byId } from "../../chat/ui/dom.js";
import { attach, fill } from "../../chat/ui/menu.js";
import { say } from "../../chat/ui/words.js";
import { LEVELS } from "./buttons.js";

/** @param {Client} client @param {Deeds} deeds */
export function startPlayMenu(client, deeds) {
  const menu = byId("play-menu", HTMLElement);
  const post = (/** @type {string} */ text) => client.send("message.post", { text });
  /** @type {Act[]} */
  const acts = [
    { icon: "board", word: say("play.table"), act: () => deeds.create() },
    ...LEVELS.map((level) => ({ icon: "bot", word: say(`play.bot.${level}`), act: () => deeds.create(level) })),
    { icon: "dice", word: say("play.roll"), act: () => post("/roll 1d6") },
    { icon: "coin", word: say("play.flip"), act: () => post("/flip") },
  ];
  fill(menu, acts);
  attach(menu, byId("play", HTMLElement));
}
