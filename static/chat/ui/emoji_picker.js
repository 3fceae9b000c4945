/** Emoji picker: beside the button that opened it, and a sheet at the bottom of a phone. There is one on the page. */

/** @import {Emoji} from "../state/emoji.js" */
/** @import {EmojiCell, EmojiGroup} from "./emoji_grid.js" */

import { searchEmoji, TONES, toned } from "../state/emoji.js";
import { byId, make } from "./dom.js";
import { chooseTone, chosenTone, recentEmoji, rememberEmoji } from "./emoji_choice.js";
import { loadEmoji } from "./emoji_data.js";
import { EmojiGrid } from "./emoji_grid.js";
import { openBy } from "./menu.js";
import { say } from "./words.js";

const GROUPS = {
  recent: "🕘",
  smileys: "😀",
  people: "👋",
  nature: "🐻",
  food: "🍔",
  places: "✈️",
  activities: "⚽",
  objects: "💡",
  symbols: "❤️",
  flags: "🏁",
};
const MOST_FOUND = 120;

/** @typedef {{onPick: (emoji: string) => void}} PickHandlers */

/** @type {EmojiPicker | null} */
let picker = null;

/**
 * Let the reader choose an emoji. With Shift the picker stays open for the next one.
 * @param {Element} anchor the picker opens beside it @param {PickHandlers} handlers
 */
export function pickEmoji(anchor, handlers) {
  picker ??= new EmojiPicker();
  picker.open(anchor, handlers);
}

class EmojiPicker {
  #popover = byId("emoji-picker", HTMLElement);
  #search = byId("emoji-search", HTMLInputElement);
  #groups = byId("emoji-groups", HTMLElement);
  #list = byId("emoji-list", HTMLElement);
  #name = byId("emoji-name", HTMLElement);
  #tones = byId("emoji-tones", HTMLElement);
  #sheet = matchMedia("(max-width: 719px)");
  #touch = matchMedia("(hover: none) and (pointer: coarse)");
  #grid = new EmojiGrid(this.#list, {
    leave: () => this.#search.focus(),
    show: (name) => {
      this.#name.textContent = name;
    },
  });
  /** @type {Emoji[]} */
  #all = [];
  /** @type {Element | null} */
  #anchor = null;
  /** @type {PickHandlers["onPick"]} */
  #onPick = () => undefined;

  constructor() {
    this.#search.addEventListener("input", () => this.#paint());
    this.#search.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#list.addEventListener("click", (event) => this.#clicked(event));
    this.#list.addEventListener("scroll", () => this.#markGroup(), { passive: true });
    this.#groups.replaceChildren(...Object.entries(GROUPS).map(([key, sign]) => tab(key, sign)));
    this.#groups.addEventListener("click", ({ target }) => this.#groupChosen(/** @type {Element} */ (target)));
    this.#tones.replaceChildren(...["", ...TONES].map(toneButton));
    this.#tones.addEventListener("click", ({ target }) => this.#toneChosen(/** @type {Element} */ (target)));
    this.#popover.addEventListener("toggle", (event) => this.#toggled(/** @type {ToggleEvent} */ (event)));
  }

  /** @param {Element} anchor @param {PickHandlers} handlers */
  open(anchor, { onPick }) {
    this.#anchor = anchor;
    this.#onPick = onPick;
    this.#search.value = "";
    this.#name.textContent = "";
    this.#markTone();
    anchor.ariaExpanded = "true";
    if (this.#sheet.matches) this.#openSheet();
    else openBy(this.#popover, anchor);
    (this.#touch.matches ? this.#list : this.#search).focus();
    this.#load();
  }

  #openSheet() {
    this.#popover.style.removeProperty("left");
    this.#popover.style.removeProperty("top");
    this.#popover.showPopover();
  }

  async #load() {
    if (this.#all.length === 0) this.#tell(say("emoji.loading"));
    try {
      this.#all = await loadEmoji();
      this.#paint();
    } catch {
      const again = /** @type {HTMLButtonElement} */ (make("button", "button", say("emoji.again")));
      again.type = "button";
      again.addEventListener("click", () => this.#load());
      this.#tell(say("emoji.failed"), again);
    }
  }

  /** @param {string} text @param {Node[]} more */
  #tell(text, ...more) {
    const note = make("p", "emoji-note muted", text);
    note.role = "status";
    this.#list.replaceChildren(note, ...more);
  }

  #paint() {
    const query = this.#search.value.trim();
    const found = query ? searchEmoji(this.#all, query, MOST_FOUND) : null;
    this.#groups.hidden = found !== null;
    this.#list.scrollTop = 0;
    if (found?.length === 0) return this.#tell(say("emoji.none"));
    this.#grid.fill(found ? [{ key: "found", name: say("emoji.found"), cells: this.#cells(found) }] : this.#whole());
    this.#markGroup();
  }

  /** @returns {EmojiGroup[]} */
  #whole() {
    const named = new Map(this.#all.map((emoji) => [emoji.sign, nameOf(emoji)]));
    const plain = (/** @type {string} */ sign) => TONES.reduce((text, tone) => text.replaceAll(tone, ""), sign);
    const nameOfRecent = (/** @type {string} */ sign) =>
      named.get(plain(sign)) ?? named.get(`${plain(sign)}\ufe0f`) ?? sign;
    const recent = recentEmoji().map((shown) => ({ shown, name: nameOfRecent(shown) }));
    const groups = Object.keys(GROUPS).slice(1);
    const cellsOf = (/** @type {string} */ key) => this.#cells(this.#all.filter(({ group }) => group === key));
    return [
      { key: "recent", name: say("emoji.group.recent"), cells: recent },
      ...groups.map((key) => ({ key, name: say(`emoji.group.${key}`), cells: cellsOf(key) })),
    ];
  }

  /** @param {Emoji[]} list @returns {EmojiCell[]} */
  #cells(list) {
    return list.map((emoji) => ({ shown: toned(emoji, chosenTone()), name: nameOf(emoji) }));
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") this.#grid.enter();
    else if (event.key === "Enter") this.#grid.first?.click();
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const sign = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-sign]"))
      ?.dataset.sign;
    if (!sign) return;
    rememberEmoji(sign);
    if (!event.shiftKey) this.#popover.hidePopover();
    this.#onPick(sign);
  }

  /** @param {Element} target */
  #groupChosen(target) {
    const key = /** @type {HTMLElement | null} */ (target.closest("[data-group]"))?.dataset.group;
    const goal = this.#list.querySelector(`[data-group="${key}"]`);
    if (goal) this.#list.scrollTop += goal.getBoundingClientRect().top - this.#list.getBoundingClientRect().top;
  }

  /** Mark the group at the top of the list. */
  #markGroup() {
    const top = this.#list.getBoundingClientRect().top + 24;
    const sections = /** @type {HTMLElement[]} */ ([...this.#list.children]);
    const at = sections.findLast((section) => section.getBoundingClientRect().top <= top)?.dataset.group;
    for (const button of /** @type {HTMLElement[]} */ ([...this.#groups.children])) {
      button.hidden = button.dataset.group === "recent" && recentEmoji().length === 0;
      button.ariaCurrent = String(button.dataset.group === at);
    }
  }

  /** @param {Element} target */
  #toneChosen(target) {
    const tone = /** @type {HTMLElement | null} */ (target.closest("[data-tone]"))?.dataset.tone;
    if (tone === undefined) return;
    chooseTone(tone);
    this.#markTone();
    const { scrollTop } = this.#list;
    this.#paint();
    this.#list.scrollTop = scrollTop;
  }

  #markTone() {
    for (const button of /** @type {HTMLElement[]} */ ([...this.#tones.children]))
      button.ariaPressed = String(button.dataset.tone === chosenTone());
  }

  /** @param {ToggleEvent} event */
  #toggled({ newState }) {
    if (newState === "open" || !this.#anchor) return;
    this.#anchor.ariaExpanded = "false";
    if (this.#popover.contains(document.activeElement) || document.activeElement === document.body)
      /** @type {HTMLElement} */ (this.#anchor).focus({ preventScroll: true });
  }
}

/** Return the name in the language of the page. @param {Emoji} emoji */
function nameOf({ names, zh }) {
  return document.documentElement.lang.startsWith("zh") ? zh : names[0].replaceAll("_", " ");
}

/** @param {string} key @param {string} sign */
function tab(key, sign) {
  const element = /** @type {HTMLButtonElement} */ (make("button", "emoji-tab", sign));
  const name = say(`emoji.group.${key}`);
  Object.assign(element, { type: "button", ariaLabel: name, title: name });
  element.dataset.group = key;
  return element;
}

/** @param {string} tone @param {number} index */
function toneButton(tone, index) {
  const element = /** @type {HTMLButtonElement} */ (make("button", "emoji-tone", `✋${tone}`));
  const name = say(`emoji.tone.${index}`);
  Object.assign(element, { type: "button", ariaLabel: name, title: name });
  element.dataset.tone = tone;
  return element;
}
