/** A room in which nobody has spoken: what to do now. */

/** @import {Client} from "./client.js" */
/** @import {Invites} from "./invites.js" */
/** @import {Timeline} from "./timeline.js" */
import { byId, clone, part } from "./dom.js";
import { isSystem } from "./item.js";
import { showCards } from "./invites.js";
import { say } from "./words.js";

export class Empty {
  #section = byId("empty", HTMLElement);
  #client;
  #timeline;
  #invites;

  /** @param {Client} client @param {Timeline} timeline @param {Invites | null} invites */
  constructor(client, timeline, invites) {
    this.#client = client;
    this.#timeline = timeline;
    this.#invites = invites;
  }

  start() {
    this.#section.append(this.#card());
    this.#timeline.on("painted", () => this.#look());
    this.#look();
  }

  #card() {
    const card = clone("empty-template");
    part(card, "[data-act=invite]", HTMLElement).addEventListener("click", () => this.#invites?.create());
    return card;
  }

  #look() {
    const { room, before } = this.#client.state();
    const silent = room !== null && !before && this.#timeline.items.every(isSystem);
    this.#section.hidden = !silent;
    if (silent) this.#paint(room);
  }

  /** @param {import("./types.js").Room} room */
  #paint(room) {
    const standing = room.role ? (this.#invites?.standing() ?? []) : [];
    part(this.#section, "h2", HTMLElement).textContent = say("empty.title");
    part(this.#section, "p", HTMLElement).textContent = say(room.role ? (standing.length > 0 ? "empty.invited" : "empty.text") : "empty.looking");
    part(this.#section, "[data-act=invite]", HTMLElement).hidden = !room.role || standing.length > 0;
    showCards(part(this.#section, ".invites", HTMLElement), standing.slice(0, 1), (invite) => /** @type {Invites} */ (this.#invites).card(invite));
  }
}
