/** Plug of games, and how its parts work together. */

/** @import {Client} from "../chat/client/client.js" */
/** @import {Plug, PlugPage, PlugParts} from "../chat/client/plugs.js" */

import { byId, part } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { Presence } from "./client/presence.js";
import { gameState } from "./state/events.js";
import { myTable } from "./state/table.js";
import { Sound } from "./ui/sound.js";
import { Buttons, startBotMenu } from "./views/buttons.js";
import { cardSees, paintCard } from "./views/card.js";
import { paintFlip, paintPick, paintRoll } from "./views/chance.js";
import { Commands } from "./views/commands.js";
import { TablePanel } from "./views/panel.js";
import { Place } from "./views/place.js";
import { Play } from "./views/play.js";
import { startPlayMenu } from "./views/play_menu.js";
import { Replay } from "./views/replay.js";
import { Seating } from "./views/seating.js";
import { Turns } from "./views/turns.js";

/** @type {Plug} */
export const game = {
  name: "game",
  ...gameState,
  cards: {
    match: { paint: paintCard, depends: cardSees },
    roll: { paint: paintRoll },
    flip: { paint: paintFlip },
    pick: { paint: paintPick },
  },
  commands: ["play", "roll", "flip", "pick"].map((name) => ({ name, about: `command.${name}` })),
  start,
};

/** @param {PlugPage} page @returns {PlugParts} */
function start({ client, sidePanel, scroll, timeline, navigation, history, titleChanged }) {
  const commands = new Commands(client);
  const sound = new Sound();
  const play = new Play(commands, () => client.state());
  const replay = new Replay(client, (o) => history.show(o));
  const panel = new TablePanel(client, play, replay);
  const place = new Place(sidePanel, scroll);
  const seating = new Seating(client, panel, place);
  const turns = new Turns(client, sound);
  const replayed = async (/** @type {number} */ match) => {
    if (await replay.open(match)) seating.show(match);
  };
  const buttons = new Buttons(client, commands, {
    show: (match) => seating.show(match),
    replay: replayed,
    goTo: (o) => timeline.showMessage(o),
    claimRefused: (ms) => panel.wait(ms),
  });
  for (const part of [place, replay, panel, seating, turns, new Presence(client)]) part.start();
  buttons.start(
    byId("lines", HTMLElement),
    (button) => Number(button.closest(".card")?.getAttribute("data-match")) || null,
  );
  buttons.start(byId("table", HTMLElement), () => panel.table?.match ?? null);
  navigation.on("arrived", (o, hash) => client.me && hash === "#replay" && replayed(o));
  turns.on("changed", titleChanged);
  startBotMenu();
  startSound(sound);
  if (client.me) startPlayMenu(client, commands);
  return {
    titleMark: () => turns.mark,
    staysVisible: () => client.open.some((key) => myTable(client.state(key)) !== null),
    emptyRoomOffer: () => emptyRoomOffer(client, commands),
  };
}

/** Return the offer for a person who is alone. @param {Client} client @param {Commands} commands */
function emptyRoomOffer(client, commands) {
  const isOn = () => Object.keys(client.state().parts.matches ?? {}).length > 0;
  return { title: say("pastime.title"), word: say("pastime.act"), act: () => commands.create("medium"), isOn };
}

/** @param {Sound} sound */
function startSound(sound) {
  const button = byId("table-sound", HTMLButtonElement);
  const paint = () => {
    part(button, "use", SVGUseElement).setAttribute("href", sound.isOn ? "#icon-bell" : "#icon-bell-off");
    button.ariaPressed = String(sound.isOn);
  };
  button.addEventListener("click", () => {
    sound.toggle();
    paint();
  });
  paint();
}
