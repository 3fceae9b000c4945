/** Plugs: what other apps add to chat. Each app hands in one, and no failure of a plug leaves it. */

/** @import {Person} from "../../realtime/types.js" */
/** @import {Added} from "../state/added.js" */
/** @import {Item, Message, RoomState} from "../state/types.js" */
/** @import {Action} from "../ui/menu.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {HistoryPosition} from "../views/history_position.js" */
/** @import {MessageView} from "../views/message.js" */
/** @import {Navigation} from "../views/navigation.js" */
/** @import {SidePanel} from "../views/side_panel.js" */
/** @import {Timeline} from "../views/timeline.js" */
/** @import {Client} from "./client.js" */

import { NOTHING_ADDED } from "../state/added.js";
import { EVENTS, MESSAGE_EVENTS } from "../state/events.js";
import { SYSTEM_KINDS } from "../state/item.js";
import { SIGNALS } from "../state/store.js";

/**
 * @typedef {object} Card how a kind of message is shown
 * @property {(body: HTMLElement, data: any, author: Person, view: MessageView) => void} paint
 * @property {(message: Message, state: RoomState) => unknown[]} [depends] the card is painted again when one of these values changes
 */

/** @typedef {{name: string, about: string}} Command a slash command; `about` is a key of the words */
/** @typedef {{act: () => void, isOffered: (state: RoomState) => boolean}} RoomAction an item of the room's menu */
/**
 * @typedef {{title: string, word: string, act: () => void, isOn: () => boolean}} Offer an offer to a person who is alone; `isOn` tells that it is in use
 */

/**
 * @typedef {object} PlugPage the parts of the page that a plug may use
 * @property {Client} client
 * @property {Scroll} scroll
 * @property {Timeline} timeline
 * @property {Navigation} navigation
 * @property {SidePanel} sidePanel
 * @property {HistoryPosition} history
 * @property {() => Promise<void>} join joins the shown room
 * @property {() => void} titleChanged
 */

/**
 * @typedef {object} PlugParts what chat asks a plug once the page is built
 * @property {(item: Item) => Action[]} [messageActions]
 * @property {(user: string) => Action[]} [personActions]
 * @property {() => Record<string, RoomAction>} [roomActions] by the name of the menu's item
 * @property {() => boolean} [locksComposer] whether something else stands in place of the composer
 * @property {(text: string) => {label: string, act: () => void}[]} [paletteActions] rows of the palette below the rooms
 * @property {() => string} [waitText] the text below the composer while a message waits to be sent
 * @property {() => string} [titleMark] the mark before the name of the room in the title
 * @property {() => boolean} [staysVisible] whether the server is not told that the page is hidden
 * @property {() => Offer} [emptyRoomOffer]
 * @property {(message: Message, place: {room: string, name: string}) => void} [report] opens the report of a message of another room
 */

/**
 * @typedef {object} PlugRest
 * @property {string} name
 * @property {Record<string, Card>} [cards] by kind of message
 * @property {Command[]} [commands] slash commands, for the menu of the composer
 * @property {Record<string, (problem: any) => string>} [problems] by type of problem: its text
 * @property {string[]} [departures] reasons for leaving a room that the plug itself tells
 * @property {(page: PlugPage) => PlugParts} [start] called once, when the page is built
 */

/**
 * @typedef {Partial<Omit<Added, "slots" | "snapshots">> & {slots?: string[], snapshot?: Added["snapshots"][0]}} PlugState
 */
/** @typedef {PlugState & PlugRest} Plug what an app adds to chat */

const TABLES = /** @type {const} */ ([
  "events",
  "messageEvents",
  "posted",
  "signals",
  "messagePeople",
  "sectionPeople",
]);
const MEMBERS = [...TABLES, "name", "slots", "snapshot", "cards", "commands", "problems", "departures", "start"];
const OWN = { events: EVENTS, messageEvents: MESSAGE_EVENTS, signals: SIGNALS };

export class Plugs {
  /** @type {Map<string, string>} the owner of each name in a table; chat owns its own names */
  #owners = new Map();
  /** @type {Plug[]} */
  #plugs = [];
  /** @type {[name: string, parts: PlugParts][]} */
  #parts = [];
  /** @type {Added} */
  added = { ...NOTHING_ADDED };
  /** @type {Record<string, Card>} */
  cards = {};
  /** @type {Command[]} */
  commands = [];
  /** @type {Record<string, (problem: any) => string>} */
  problems = {};
  /** @type {Set<string>} */
  departures = new Set();

  constructor() {
    for (const [table, own] of Object.entries(OWN)) this.#claim("chat", table, Object.keys(own));
    this.#claim("chat", "cards", ["text", ...SYSTEM_KINDS]);
  }

  /**
   * Add a plug. An unknown member, a gap in the plug or a name that another plug has is an error.
   * @param {Plug} plug
   */
  add(plug) {
    const { name, slots = [], cards = {}, commands = [], problems = {}, departures = [] } = plug;
    checkGaps(plug);
    this.#claim(name, "plugs", [name]);
    for (const table of TABLES) this.#claim(name, table, Object.keys(plug[table] ?? {}));
    this.#claim(name, "signals", slots);
    this.#claim(name, "cards", Object.keys(cards));
    this.#claim(
      name,
      "commands",
      commands.map((command) => command.name),
    );
    this.#claim(name, "problems", Object.keys(problems));
    this.#claim(name, "departures", departures);
    this.#plugs.push(plug);
    this.added = withPlug(this.added, plug);
    Object.assign(this.cards, cards);
    Object.assign(
      this.problems,
      guardedTable(name, "problems", problems, () => ""),
    );
    this.commands.push(...commands);
    for (const reason of departures) this.departures.add(reason);
  }

  /** Start each plug on the page; the page goes on without the parts of one that fails. @param {PlugPage} page */
  start(page) {
    for (const { name, start } of this.#plugs)
      this.#parts.push([name, attempt(`${name}.start`, () => start?.(page) ?? {}, {})]);
  }

  /**
   * Return the answers of the plugs that have this part, without those that fail.
   * @template {keyof PlugParts} K @param {K} part @param {Parameters<NonNullable<PlugParts[K]>>} args
   * @returns {ReturnType<NonNullable<PlugParts[K]>>[]}
   */
  ask(part, ...args) {
    return this.#parts.flatMap(([name, parts]) => {
      const answer = /** @type {((...args: any[]) => any) | undefined} */ (parts[part]);
      return answer ? attempt(`${name}.${part}`, () => [answer(...args)], []) : [];
    });
  }

  /** @param {string} plug @param {string} table @param {string[]} names */
  #claim(plug, table, names) {
    for (const name of names) {
      const key = `${table}.${name}`;
      const owner = this.#owners.get(key);
      if (owner) throw new Error(`${plug} and ${owner} both have ${key}`);
      this.#owners.set(key, plug);
    }
  }
}

/**
 * Call a function of a plug. Report its failure, and return `otherwise` then.
 * @template T @param {string} place the name of the function in the report @param {() => T} call @param {T} otherwise
 * @returns {T}
 */
export function attempt(place, call, otherwise) {
  try {
    return call();
  } catch (error) {
    console.error(`${place} failed:`, error);
    return otherwise;
  }
}

/** @param {Plug} plug */
function checkGaps(plug) {
  const { name, cards = {}, commands = [] } = plug;
  const unknown = Object.keys(plug).filter((member) => !MEMBERS.includes(member));
  const shownNowhere = Object.keys({ ...plug.posted, ...plug.messagePeople }).filter((kind) => !cards[kind]);
  if (!name) throw new Error("a plug has no name");
  if (unknown.length > 0) throw new Error(`${name} has unknown members: ${unknown.join(", ")}`);
  if (shownNowhere.length > 0) throw new Error(`${name} has no card for ${shownNowhere.join(", ")}`);
  for (const [kind, card] of Object.entries(cards)) if (!card.paint) throw new Error(`${name} does not paint ${kind}`);
  for (const command of commands) if (!command.about) throw new Error(`${name} does not explain /${command.name}`);
}

/** @param {Added} added @param {Plug} plug @returns {Added} */
function withPlug(added, { name, slots = [], snapshot, ...plug }) {
  const reducers = { events: stateOf, messageEvents: stateOf, posted: stateOf, signals: stateOf };
  const people = { messagePeople: noPeople, sectionPeople: noPeople };
  const next = { ...added, slots: new Set([...added.slots, ...slots]) };
  for (const [table, otherwise] of Object.entries({ ...reducers, ...people })) {
    const key = /** @type {(typeof TABLES)[number]} */ (table);
    next[key] = {
      ...added[key],
      ...guardedTable(name, key, /** @type {Record<string, any>} */ (plug[key] ?? {}), otherwise),
    };
  }
  return snapshot ? { ...next, snapshots: [...added.snapshots, guarded(`${name}.snapshot`, snapshot, stateOf)] } : next;
}

const stateOf = (/** @type {RoomState} */ state) => state;
const noPeople = () => [];

/**
 * @template {(...args: any[]) => any} F @param {string} plug @param {string} table
 * @param {Record<string, F>} functions @param {(...args: any[]) => any} otherwise @returns {Record<string, F>}
 */
function guardedTable(plug, table, functions, otherwise) {
  return Object.fromEntries(
    Object.entries(functions).map(([key, call]) => [key, guarded(`${plug}.${table}.${key}`, call, otherwise)]),
  );
}

/**
 * @template {(...args: any[]) => any} F @param {string} place @param {F} call
 * @param {(...args: any[]) => any} otherwise @returns {F}
 */
function guarded(place, call, otherwise) {
  return /** @type {F} */ ((...args) => attempt(place, () => call(...args), otherwise(...args)));
}
