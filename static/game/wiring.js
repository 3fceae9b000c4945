/** What games add to the page, and how their parts hear of each other. */

/** @import {Client} from "../chat/client.js" */
/** @import {Navigation} from "../chat/navigation.js" */
/** @import {Scroll} from "../chat/scroll.js" */
/** @import {Side} from "../chat/side.js" */
/** @import {Timeline} from "../chat/timeline.js" */
import { EVENTS, LINE_EVENTS, POSTED } from "../chat/events.js";
import { LINE_KINDS, LINE_SEES } from "../chat/line.js";
import { LINE_PEOPLE, PART_PEOPLE } from "../chat/people.js";
import { SLOTS } from "../chat/store.js";
import { byId, part } from "../chat/dom.js";
import { say } from "../chat/words.js";
import { Buttons, startBotMenu } from "./buttons.js";
import { cardSees, paintCard } from "./card.js";
import { paintFlip, paintPick, paintRoll } from "./chance.js";
import { Deeds } from "./deeds.js";
import { MATCH_EVENTS, MATCH_LINE_EVENTS, matchPosted } from "./events.js";
import { TablePanel } from "./panel.js";
import { Place } from "./place.js";
import { Play } from "./play.js";
import { startPlayMenu } from "./play_menu.js";
import { Presence } from "./presence.js";
import { Replay } from "./replay.js";
import { Seating } from "./seating.js";
import { Sound } from "./sound.js";
import { myTable, peopleOf } from "./table.js";
import { Turns } from "./turns.js";

/** What stands behind "/", for the composer. */
export const COMMANDS = ["play", "roll", "flip", "pick"].map((name) => ({ name, about: `command.${name}` }));

/** Before anything of a room is read. */
export function registerGames() {
  Object.assign(EVENTS, MATCH_EVENTS);
  Object.assign(LINE_EVENTS, MATCH_LINE_EVENTS);
  Object.assign(POSTED, { match: matchPosted });
  Object.assign(LINE_KINDS, { match: paintCard, roll: paintRoll, flip: paintFlip, pick: paintPick });
  Object.assign(LINE_SEES, { match: cardSees });
  Object.assign(LINE_PEOPLE, { match: peopleOf });
  Object.assign(PART_PEOPLE, { matches: (/** @type {Record<string, import("./types.js").Table>} */ matches) => Object.values(matches).flatMap(peopleOf) });
  SLOTS.add("hover");
}

/** @param {Client} client @param {{side: Side, scroll: Scroll, timeline: Timeline, navigation: Navigation, moment: (o: number) => void}} page */
export function startGames(client, { side, scroll, timeline, navigation, moment }) {
  const deeds = new Deeds(client);
  const sound = new Sound();
  const play = new Play(deeds, () => client.state());
  const replay = new Replay(client, moment);
  const panel = new TablePanel(client, play, replay);
  const place = new Place(side, scroll);
  const seating = new Seating(client, panel, place);
  const turns = new Turns(client, sound);
  const replayed = async (/** @type {number} */ match) => {
    if (await replay.open(match)) seating.show(match);
  };
  const buttons = new Buttons(client, deeds, {
    show: (match) => seating.show(match),
    replay: replayed,
    goTo: (o) => timeline.showLine(o),
    claimRefused: (ms) => panel.wait(ms),
  });
  for (const part of [place, replay, panel, seating, turns, new Presence(client)]) part.start();
  buttons.start(byId("lines", HTMLElement), (button) => Number(button.closest(".card")?.getAttribute("data-match")) || null);
  buttons.start(byId("table", HTMLElement), () => panel.table?.match ?? null);
  navigation.on("arrived", (o, hash) => hash === "#replay" && replayed(o));
  startBotMenu();
  startSound(sound);
  if (client.me) startPlayMenu(client, deeds);
  const isSeated = () => client.open.some((key) => myTable(client.state(key)) !== null);
  return { turns, isSeated, replay: replayed, pastime: pastime(client, deeds) };
}

/** For one who is alone. @param {Client} client @param {Deeds} deeds */
function pastime(client, deeds) {
  const isOn = () => Object.keys(client.state().parts.matches ?? {}).length > 0;
  return { title: say("pastime.title"), word: say("pastime.act"), act: () => deeds.create("medium"), isOn };
}

/** @param {Sound} sound */
function startSound(sound) {
  const button = byId("table-sound", HTMLButtonElement);
  const paint = () => {
    part(button, "use", SVGUseElement).setAttribute("href", sound.isOn ? "#icon-bell" : "#icon-bell-off");
    button.ariaPressed = String(sound.isOn);
  };
  button.addEventListener("click", () => (sound.toggle(), paint()));
  paint();
}
