/** Empty tells a reader what to do in a room without messages or without other people. */

/** @import {Client} from "../client/client.js" */
/** @import {Scroll} from "../ui/scroll.js" */
/** @import {Invites} from "./invites.js" */
/** @import {Timeline} from "./timeline.js" */

import { isSystem } from "../state/item.js";
import { byId, clone, part } from "../ui/dom.js";
import { say } from "../ui/words.js";
import { showCards } from "./invites.js";
import { isDirect } from "./room_list.js";

const ALONE_MS = 4000;

export class Empty {
  #section = byId("empty", HTMLElement);
  #card = clone("empty-template");
  #alone = clone("alone-template");
  #client;
  #timeline;
  #invites;
  #emptyRoomOffer;
  /** @type {any} */
  #timer = null;
  /** @type {Set<string>} rooms in which the reader dismissed the offer */
  #dismissed = new Set();
  #wasAlone = "";

  /** @param {Client} client @param {Timeline} timeline @param {Invites | null} invites */
  constructor(client, timeline, invites) {
    this.#client = client;
    this.#timeline = timeline;
    this.#invites = invites;
    this.#emptyRoomOffer = invites ? (client.plugs.ask("emptyRoomOffer")[0] ?? null) : null;
  }

  /** @param {Scroll} scroll */
  start(scroll) {
    part(this.#card, "[data-act=invite]", HTMLElement).addEventListener("click", () => this.#invites?.create());
    part(this.#card, "[data-act=pastime]", HTMLElement).addEventListener("click", () => this.#emptyRoomOffer?.act());
    part(this.#alone, "[data-act=pastime]", HTMLElement).addEventListener("click", () => this.#emptyRoomOffer?.act());
    part(this.#alone, "[data-act=dismiss]", HTMLElement).addEventListener("click", () => this.#dismiss());
    part(this.#card, "[data-act=create]", HTMLElement).addEventListener("click", () =>
      byId("create", HTMLElement).click(),
    );
    this.#section.append(this.#card, this.#alone);
    this.#timeline.on("painted", () => scroll.keep(() => this.#look()));
    this.#look();
  }

  #look() {
    const { room, before } = this.#client.state();
    const silent = room !== null && !before && this.#timeline.items.every(isSystem);
    const alone = !silent && this.#isLonely();
    this.#section.hidden = !silent && !alone;
    this.#card.hidden = !silent;
    this.#alone.hidden = !alone;
    if (silent) this.#paint(room);
    if (alone) this.#paintAlone();
  }

  /** Return whether nobody else has been present for a while, the window is at the end, and no offer is in use. */
  #isLonely() {
    const { room, here, after } = this.#client.state();
    const { shown } = this.#client;
    const alone = Boolean(
      this.#emptyRoomOffer &&
        room?.role &&
        !isDirect(room) &&
        here === 1 &&
        !after &&
        !this.#dismissed.has(shown) &&
        !this.#emptyRoomOffer.isOn(),
    );
    if (alone && this.#wasAlone !== shown) this.#timer ??= setTimeout(() => this.#waited(shown), ALONE_MS);
    if (!alone) this.#wasAlone = "";
    return alone && this.#wasAlone === shown;
  }

  /** @param {string} key the room shown then */
  #waited(key) {
    this.#timer = null;
    this.#wasAlone = key === this.#client.shown ? key : "";
    this.#timeline.schedule();
  }

  #dismiss() {
    this.#dismissed.add(this.#client.shown);
    this.#timeline.schedule();
  }

  /** @param {import("../state/types.js").Room} room */
  #paint(room) {
    if (isDirect(room)) return this.#paintDirect(room);
    const open = Boolean(room.role && !room.archived);
    const standing = open ? (this.#invites?.standing() ?? []) : [];
    const offered = Boolean(open && this.#emptyRoomOffer && this.#client.state().here === 1);
    const words = !open ? "looking" : standing.length > 0 ? "invited" : "text";
    const of = room.lounge && words !== "invited" ? "empty.lounge" : "empty";
    part(this.#card, "h2", HTMLElement).textContent = say(room.lounge ? "empty.lounge.title" : "empty.title");
    part(this.#card, "p", HTMLElement).textContent = say(`${of}.${words}`);
    part(this.#card, "[data-act=create]", HTMLElement).hidden = !room.role || !room.lounge;
    part(this.#card, "[data-act=invite]", HTMLElement).hidden = !open || standing.length > 0;
    part(this.#card, ".pastime", HTMLElement).hidden = !offered;
    if (offered) this.#paintOffer(part(this.#card, ".pastime", HTMLElement));
    showCards(part(this.#card, ".invites", HTMLElement), standing.slice(0, 1), (invite) =>
      /** @type {Invites} */ (this.#invites).card(invite),
    );
  }

  /** @param {import("../state/types.js").Room} room */
  #paintDirect({ name, unanswered }) {
    part(this.#card, "h2", HTMLElement).textContent = say("empty.direct", { name });
    part(this.#card, "p", HTMLElement).textContent = say(unanswered ? "empty.request" : "empty.direct_text");
    part(this.#card, "[data-act=invite]", HTMLElement).hidden = part(this.#card, ".pastime", HTMLElement).hidden = true;
    part(this.#card, ".invites", HTMLElement).replaceChildren();
  }

  #paintAlone() {
    this.#paintOffer(this.#alone);
  }

  /** @param {HTMLElement} element */
  #paintOffer(element) {
    part(element, "span", HTMLElement).textContent = this.#emptyRoomOffer?.title ?? "";
    part(element, "[data-act=pastime]", HTMLElement).textContent = this.#emptyRoomOffer?.word ?? "";
  }
}
