/**
 * SearchPanel is the field, the filters and the results, beside the messages. It opens by `/`, by a button, from the
 * menu of a room and from the palette. On a phone it covers the messages, and a button leads back to the results.
 */

/** @import {PlugPage} from "../../chat/client/plugs.js" */
/** @import {Page} from "../client/pages.js" */

import { byId, clone, make, part } from "../../chat/ui/dom.js";
import { count, errorText, say } from "../../chat/ui/words.js";
import { CompletionMenu } from "../../chat/views/completion_menu.js";
import { isDirect } from "../../chat/views/room_list.js";
import { Drafts } from "../../realtime/drafts.js";
import { SearchPages } from "../client/pages.js";
import { begunFilter, inRoom, recentOf, withRecent } from "../state/query.js";
import { filterSources } from "./filters.js";
import { hitRow } from "./hit.js";

const PANEL = "search";
const RECENT = "recent";
/** The panel covers the messages below this width, as in layout.css. */
const COVERS = "(max-width: 719px)";

export class SearchPanel {
  #form = byId("search-form", HTMLFormElement);
  #text = byId("search-text", HTMLInputElement);
  #list = byId("search-hits", HTMLElement);
  #note = byId("search-note", HTMLElement);
  #problem = byId("search-problem", HTMLElement);
  #more = byId("search-more", HTMLButtonElement);
  #recent = byId("search-recent", HTMLElement);
  #start = byId("search-start", HTMLElement);
  #back = make("button", "pill above search-back", say("search.back"));
  #page;
  #pages;
  #kept;
  #number = 0;

  /** @param {PlugPage} page */
  constructor(page) {
    this.#page = page;
    this.#pages = new SearchPages(page.client);
    this.#kept = new Drafts({ user: page.client.me ?? "", kind: "search" });
  }

  start() {
    const { client, sidePanel } = this.#page;
    sidePanel.add(PANEL, say("search.title"));
    sidePanel.on("turned", () => this.#turned());
    const completion = new CompletionMenu({ text: this.#text, list: byId("search-completions", HTMLElement) });
    for (const source of filterSources(client)) completion.use(source);
    completion.start();
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#text.addEventListener("input", () => this.#typed());
    this.#more.addEventListener("click", () => this.#next());
    byId("search-filters", HTMLElement).addEventListener("click", ({ target }) =>
      this.#filter(/** @type {Element} */ (target).closest("button")),
    );
    this.#recent.addEventListener("click", ({ target }) =>
      this.#again(/** @type {Element} */ (target).closest("button")),
    );
    this.#list.addEventListener(
      "click",
      ({ target }) => /** @type {Element} */ (target).closest("a") && this.#opened(),
    );
    byId(PANEL, HTMLElement).addEventListener("keydown", (event) => this.#keyPressed(event));
    document.addEventListener("keydown", (event) => this.#shortcut(event));
    for (const id of ["search-open", "search-rooms"])
      byId(id, HTMLElement).addEventListener("click", () => this.open());
    this.#prepareBack();
    this.#paintStart();
  }

  /** Open the panel, with a text to search for or with what was there. @param {string} [text] */
  open(text) {
    const { sidePanel } = this.#page;
    sidePanel.offer(PANEL, true);
    sidePanel.open(PANEL);
    if (text !== undefined) this.#text.value = text;
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
    if (text?.trim() && !text.trimEnd().endsWith(":")) this.#search();
    else this.#paintStart();
  }

  /** Open the panel to search in the shown room. */
  openInRoom() {
    const { room } = this.#page.client.state();
    if (!room) return this.open();
    const name = isDirect(room) ? this.#page.client.shown : room.name;
    this.open(inRoom("", name));
    this.#pages.forget();
    return undefined;
  }

  get #isOpen() {
    return this.#page.sidePanel.shown === PANEL;
  }

  #turned() {
    if (this.#isOpen) this.#back.hidden = true;
    else if (this.#page.sidePanel.shown === null) this.#page.sidePanel.offer(PANEL, false);
    byId("search-open", HTMLElement).ariaExpanded = String(this.#isOpen);
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    const { target } = event;
    const typing = target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.open();
  }

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    this.#search();
  }

  #typed() {
    this.#problem.textContent = "";
    if (this.#text.value === "") this.#clear();
  }

  #clear() {
    this.#pages.forget();
    this.#list.replaceChildren();
    this.#note.textContent = "";
    this.#more.hidden = true;
    this.#paintStart();
  }

  async #search() {
    const query = this.#text.value;
    if (!query.trim()) return this.#clear();
    this.#problem.textContent = "";
    this.#start.hidden = true;
    this.#list.replaceChildren();
    this.#number = 0;
    this.#kept.set(RECENT, JSON.stringify(withRecent(recentOf(this.#kept.get(RECENT)), query)));
    await this.#show(() => this.#pages.first(query));
    return undefined;
  }

  async #next() {
    const last = this.#list.lastElementChild;
    await this.#show(() => this.#pages.more());
    /** @type {HTMLElement | null | undefined} */ (last?.nextElementSibling?.querySelector("a"))?.focus();
  }

  /** @param {() => Promise<Page | null>} read */
  async #show(read) {
    this.#more.hidden = true;
    this.#note.textContent = say("search.searching");
    this.#list.ariaBusy = "true";
    try {
      const page = await read();
      if (page) this.#paint(page);
    } catch (error) {
      this.#note.textContent = "";
      this.#problem.textContent = errorText(error);
      this.#more.hidden = this.#pages.next === null;
    }
    this.#list.ariaBusy = "false";
  }

  /** @param {Page} page */
  #paint(page) {
    this.#list.append(...page.hits.map((hit) => hitRow(hit, page)));
    this.#number += page.hits.length;
    const more = page.next !== null;
    const notes = [
      this.#number > 0 ? count(more ? "search.first" : "search.found", this.#number) : say("search.nothing"),
      page.partial ? say("search.partial") : "",
      page.building ? say("search.building") : "",
    ];
    this.#note.textContent = notes.filter(Boolean).join(" ");
    this.#more.hidden = !more;
    this.#more.textContent = say(page.partial ? "search.go_on" : "search.more");
  }

  /** Show what to do and the recent searches while nothing is typed. */
  #paintStart() {
    const recent = recentOf(this.#kept.get(RECENT));
    this.#start.hidden = this.#text.value.trim() !== "" && this.#list.childElementCount > 0;
    part(this.#start, "h3", HTMLElement).hidden = recent.length === 0;
    this.#recent.replaceChildren(
      ...recent.map((query) => {
        const row = clone("search-recent-template");
        part(row, "button", HTMLElement).textContent = query;
        return row;
      }),
    );
  }

  /** @param {HTMLButtonElement | null} button */
  #filter(button) {
    const name = button?.dataset.filter;
    if (!name) return;
    this.#text.value = begunFilter(this.#text.value, name);
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
    this.#text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /** @param {HTMLButtonElement | null} button */
  #again(button) {
    if (button) this.open(button.textContent ?? "");
  }

  /** Close the panel where it covers the messages, and offer the way back. */
  #opened() {
    if (!matchMedia(COVERS).matches) return;
    this.#page.sidePanel.close();
    this.#back.hidden = false;
  }

  #prepareBack() {
    Object.assign(this.#back, { type: "button", hidden: true });
    part(document, ".stage", HTMLElement).prepend(this.#back);
    this.#back.addEventListener("click", () => {
      this.#back.hidden = true;
      this.#page.sidePanel.offer(PANEL, true);
      this.#page.sidePanel.open(PANEL);
      /** @type {HTMLElement | null} */ (this.#list.querySelector("a:focus, a"))?.focus();
    });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const links = [...this.#list.querySelectorAll("a")];
    const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
    if (event.key === "Escape") {
      if (at >= 0) this.#text.focus();
      else this.#page.sidePanel.close();
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isField = event.target === this.#text;
    if (!step || links.length === 0 || (!isField && at < 0) || (isField && step < 0)) return;
    event.preventDefault();
    if (at + step < 0) this.#text.focus();
    else links[Math.min(at + step, links.length - 1)].focus();
  }
}

/** Return the label of the palette's row. @param {string} text @returns {string} */
export function paletteLabel(text) {
  return text.trim() ? say("search.for", { text: text.trim() }) : say("search.palette");
}
