/** Buttons of a table: their labels and their actions. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Level, Offer, Table} from "../state/types.js" */
/** @import {Commands} from "./commands.js" */

import { copy } from "../../chat/ui/copy.js";
import { byId, make } from "../../chat/ui/dom.js";
import { fill, openBy, walk } from "../../chat/ui/menu.js";
import { say } from "../../chat/ui/words.js";
import { tableOf } from "../state/table.js";
import { copied } from "../ui/sentences.js";

const MAIN = ["show", "watch", "rematch", "next", "bot"];
/** @type {Level[]} */
export const LEVELS = ["easy", "medium", "hard"];

/**
 * @typedef {{show: (match: number) => void, replay: (match: number) => void, goTo: (o: number) => void, claimRefused: (ms: number) => void}} ButtonsAsked
 */

/**
 * @param {Table} table @param {Offer[]} list @param {string} room
 * @param {boolean} [hasMain] whether the first may be the main one @returns {HTMLElement[]}
 */
export function buttonsFor({ match }, list, room, hasMain = true) {
  return list.map((offer, index) => {
    const isMain = hasMain && index === 0 && MAIN.includes(offer);
    const element = make(offer === "replay" ? "a" : "button", isMain ? "button primary" : "button", say(`do.${offer}`));
    element.dataset.do = offer;
    if (element instanceof HTMLAnchorElement) element.href = `/r/${room}/@${match}#replay`;
    else element.setAttribute("type", "button");
    if (offer === "bot") element.ariaHasPopup = "menu";
    return element;
  });
}

export class Buttons {
  #menu = byId("bot-menu", HTMLElement);
  #client;
  #commands;
  #asked;

  /** @param {Client} client @param {Commands} commands @param {ButtonsAsked} asked */
  constructor(client, commands, asked) {
    this.#client = client;
    this.#commands = commands;
    this.#asked = asked;
  }

  /**
   * @param {HTMLElement} root the element that contains them @param {(button: HTMLElement) => number | null} matchOf
   */
  start(root, matchOf) {
    root.addEventListener("click", (event) => {
      const pressed = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
      const match = pressed && matchOf(pressed);
      const table = match === null ? null : tableOf(this.#client.state(), match);
      if (!pressed || !table || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#do(pressed, table);
    });
  }

  /** @param {HTMLElement} pressed @param {Table} table */
  #do(pressed, table) {
    const commands = {
      sit: () => this.#sit(table, Number(pressed.dataset.seat)),
      bot: () => this.#chooseBot(table, pressed),
      show: () => this.#asked.show(table.match),
      watch: () => this.#asked.show(table.match),
      wait: () => this.#commands.wait(table, true),
      unwait: () => this.#commands.wait(table, false),
      leave: () => this.#commands.leave(table),
      resign: () => this.#commands.resign(table),
      claim: () => this.#claim(table),
      rematch: () => this.#commands.rematch(table),
      next: () => this.#asked.goTo(table.rematch ?? table.match),
      replay: () => this.#asked.replay(table.match),
      copy: () => this.#copy(table),
    };
    commands[/** @type {keyof typeof commands} */ (pressed.dataset.do)]?.();
  }

  /** @param {Table} table @param {number} seat */
  async #sit(table, seat) {
    if (!(await this.#commands.sit(table, seat))) this.#asked.show(table.match);
  }

  /** @param {Table} table */
  async #claim(table) {
    const error = await this.#commands.claim(table);
    if (error?.data?.retry_after_ms) this.#asked.claimRefused(error.data.retry_after_ms);
  }

  /** @param {Table} table @param {HTMLElement} anchor */
  #chooseBot(table, anchor) {
    fill(
      this.#menu,
      LEVELS.map((level) => ({
        icon: "bot",
        word: say(`level.${level}`),
        act: () => this.#commands.invite(table, level),
      })),
    );
    openBy(this.#menu, anchor);
    /** @type {HTMLElement | null} */ (this.#menu.querySelector(".menu-act"))?.focus();
  }

  /** @param {Table} table */
  #copy(table) {
    copy(
      copied(table, this.#client.state(), `${location.origin}/r/${this.#client.shown}/@${table.last ?? table.match}`),
    );
  }
}

/** Start the menu of bots, once for the page. */
export function startBotMenu() {
  walk(byId("bot-menu", HTMLElement));
}
