/** What games add to the page, and how their parts hear of each other. */

/** @import {Client} from "../chat/client/client.js" */
/** @import {Navigation} from "../chat/views/navigation.js" */
/** @import {Scroll} from "../chat/ui/scroll.js" */
/** @import {Side} from "../chat/views/side_panel.js" */
/** @import {Timeline} from "../chat/views/timeline.js" */
import { EVENTS, LINE_EVENTS, POSTED } from "../chat/state/events.js";
import { LINE_PEOPLE, PART_PEOPLE } from "../chat/state/people.js";
import { SLOTS } from "../chat/state/store.js";
import { byId, part } from "../chat/ui/dom.js";
import { say } from "../chat/ui/words.js";
import { LINE_KINDS, LINE_SEES } from "../chat/views/message.js";
import { Presence } from "./client/presence.js";
import { MATCH_EVENTS, MATCH_LINE_EVENTS, matchPosted } from "./state/events.js";
import { myTable, peopleOf } from "./state/table.js";
import { Sound } from "./ui/sound.js";
import { Buttons, startBotMenu } from "./views/buttons.js";
import { cardSees, paintCard } from "./views/card.js";
import { paintFlip, paintPick, paintRoll } from "./views/chance.js";
import { Deeds } from "./views/commands.js";
import { TablePanel } from "./views/panel.js";
import { Place } from "./views/place.js";
import { Play } from "./views/play.js";
import { startPlayMenu } from "./views/play_menu.js";
import { Replay } from "./views/replay.js";
import { Seating } from "./views/seating.js";
import { Turns } from "./views/turns.js";

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
  Object.assign(PART_PEOPLE, {
    matches: (/** @type {Record<string, import("./state/types.js").Table>} */ matches) =>
      Object.values(matches).flatMap(peopleOf),
  });
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
  buttons.start(
    byId("lines", HTMLElement),
    (button) => Number(button.closest(".card")?.getAttribute("data-match")) || null,
  );
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
  button.addEventListener("click", () => {
    sound.toggle();
    paint();
  });
  paint();
}
