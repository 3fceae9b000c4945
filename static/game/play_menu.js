/** The button beside what one writes: a game with someone here or with the bot, dice, a coin. */

/** @import {Client} from "../chat/client.js" */
/** @import {Act} from "../chat/menu.js" */
/** @import {Deeds} from "./deeds.js" */
import { byId } from "../chat/dom.js";
import { attach, fill } from "../chat/menu.js";
import { say } from "../chat/words.js";
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
