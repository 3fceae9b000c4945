/**
 * SafetyPanel is the panel of hosts: rules, people who wait, reports, sanctions, the log, and how many cases are open.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {SidePanel} from "../../chat/views/side_panel.js" */

import { myRank } from "../../chat/state/selectors.js";
import { byId } from "../../chat/ui/dom.js";
import { toast } from "../../chat/ui/toast.js";
import { count, say } from "../../chat/ui/words.js";
import { asksForAnswer, openCount, openReports, queueOf, sanctionsOf } from "../state/queue.js";

const ID = "safety";
const VIEWS = ["room", "reports", "sanctions", "log"];

/**
 * A view of the panel is painted while it is shown.
 * @typedef {{start: () => void, paint: () => void, stop?: () => void}} View
 */

export class SafetyPanel {
  #tabs = byId("safety-tabs", HTMLElement);
  #more = byId("room-more", HTMLElement);
  #client;
  #sidePanel;
  #views;
  #shown = "room";
  #frame = 0;
  /** @type {{room: string, open: number} | null} the room and the number of open cases when last painted */
  #known = null;

  /**
   * @param {Client} client @param {SidePanel} sidePanel @param {Record<string, View>} views by the names of the tabs
   */
  constructor(client, sidePanel, views) {
    this.#client = client;
    this.#sidePanel = sidePanel;
    this.#views = views;
  }

  start() {
    this.#sidePanel.add(ID, say("safety.title"));
    this.#sidePanel.on("turned", () => this.#turned());
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#schedule());
    this.#client.on("shown", () => this.#schedule());
    this.#tabs.addEventListener("click", ({ target }) =>
      this.#chosen(/** @type {Element} */ (target).closest("[role=tab]")),
    );
    this.#tabs.addEventListener("keydown", (event) => this.#keyPressed(event));
    byId(ID, HTMLElement).addEventListener("keydown", ({ key }) => key === "Escape" && this.#sidePanel.close());
    for (const view of Object.values(this.#views)) view.start();
    this.#paint();
  }

  /** Open the panel, at the reports when one is open. */
  open() {
    this.show(openReports(this.#client.state()).length > 0 ? "reports" : this.#shown);
    this.#sidePanel.open(ID);
    this.#tab(this.#shown).focus();
  }

  /** @param {string} view */
  show(view) {
    this.#views[this.#shown].stop?.();
    this.#shown = view;
    this.#paint();
  }

  get #isOpen() {
    return this.#sidePanel.shown === ID;
  }

  #turned() {
    const panel = byId(ID, HTMLElement);
    const wasOpen = panel.hasAttribute("data-open");
    panel.toggleAttribute("data-open", this.#isOpen);
    if (this.#isOpen) this.#paint();
    else if (wasOpen) this.#views[this.#shown].stop?.();
    if (wasOpen && this.#sidePanel.shown === null) this.#more.focus();
  }

  /** @param {Element | null} tab */
  #chosen(tab) {
    const view = tab?.getAttribute("data-view");
    if (view) this.show(view);
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.show(VIEWS[(VIEWS.indexOf(this.#shown) + step + VIEWS.length) % VIEWS.length]);
    this.#tab(this.#shown).focus();
  }

  /** @param {string} view @returns {HTMLElement} */
  #tab(view) {
    return byId(`safety-tab-${view}`, HTMLElement);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#sidePanel.offer(ID, myRank(this.#client.state()) > 0);
    this.#paintOpen();
    for (const view of VIEWS) this.#paintTab(view);
    if (this.#isOpen) this.#views[this.#shown].paint();
  }

  /** @param {string} view */
  #paintTab(view) {
    const [tab, chosen] = [this.#tab(view), view === this.#shown];
    tab.ariaSelected = String(chosen);
    tab.tabIndex = chosen ? 0 : -1;
    byId(`safety-${view}`, HTMLElement).hidden = !chosen;
  }

  /** Tell a host about a report, an appeal or a person who arrives while the host is present. @param {number} open */
  #tellNew(open) {
    const room = this.#client.shown;
    const isLoaded = queueOf(this.#client.state()).loaded;
    const isNews = isLoaded && this.#known?.room === room && open > this.#known.open;
    this.#known = isLoaded ? { room, open } : null;
    if (isNews && !this.#isOpen)
      toast(count("safety.open", open), { word: say("safety.show"), act: () => this.open() });
  }

  /** Show how many cases are open: at the menu's button, in the menu, on the tabs. */
  #paintOpen() {
    const state = this.#client.state();
    const now = this.#client.connection.serverNow();
    const open = myRank(state) > 0 ? openCount(state, now) : 0;
    this.#tellNew(open);
    const appeals = sanctionsOf(state, now).inForce.filter(asksForAnswer).length;
    this.#more.ariaLabel = open > 0 ? `${say("safety.menu")} · ${count("safety.open", open)}` : say("safety.menu");
    for (const id of ["safety-count", "safety-menu-count"]) badge(id, open);
    badge("safety-count-room", queueOf(state).waiting.length);
    badge("safety-count-reports", openReports(state).length);
    badge("safety-count-sanctions", appeals);
  }
}

/** @param {string} id @param {number} n */
function badge(id, n) {
  byId(id, HTMLElement).textContent = n > 0 ? String(n) : "";
}
