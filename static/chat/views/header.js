/** Header of the room and title of the page: the room, who is present, how much is unread. */

/** @import {Client} from "../client/client.js" */

import { mentionsOf, unread } from "../state/rooms.js";
import { nameOf, partner } from "../state/selectors.js";
import { byId, make } from "../ui/dom.js";
import { paintFace, personOf } from "../ui/face.js";
import { shownName } from "../ui/room_name.js";
import { count, say } from "../ui/words.js";
import { badgeText } from "./room_list.js";

const FACES = 3;

export class Header {
  #name = byId("room-name", HTMLElement);
  #topic = byId("room-topic", HTMLElement);
  #face = byId("room-face", HTMLElement);
  #people = byId("people-toggle", HTMLElement);
  #facesPainted = "";
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#paint());
    this.#client.on("listChanged", () => this.#paint());
    this.#client.on("shown", () => this.#paint());
    this.#paint();
  }

  /** Paint again, because a plug has another mark for the title. */
  refresh() {
    this.#paint();
  }

  #paint() {
    const { shown, list } = this.#client;
    const row = list.find(({ key }) => key === shown);
    const room = this.#client.state().room ?? row;
    if (!room) return;
    const here = this.#client.state().here || (row?.here ?? 0); // the list knows it until the room is open
    this.#name.textContent = shownName(room);
    this.#name.toggleAttribute("data-private", !room.public);
    this.#topic.textContent = this.#topic.title = this.#about() || room.topic;
    this.#paintFace();
    this.#people.hidden = here === 0;
    this.#people.ariaLabel = byId("here", HTMLElement).textContent = count("here", here);
    byId("here-number", HTMLElement).textContent = String(here);
    this.#paintFaces();
    this.#paintTitle(shownName(room));
  }

  /** Return for a room of two whether the other person is present or has not answered. @returns {string} */
  #about() {
    const state = this.#client.state();
    const other = partner(state);
    if (!other) return "";
    const name = nameOf(state, other);
    if (state.room?.unanswered) return say("direct.unanswered");
    return state.presence[other] ? say("direct.here", { name }) : "";
  }

  #paintFace() {
    const state = this.#client.state();
    const other = partner(state);
    this.#face.hidden = !other;
    if (other) paintFace(this.#face, personOf(state.people, other));
  }

  /** Paint the first faces of the people who are present, without the reader's. */
  #paintFaces() {
    const { presence, people, me } = this.#client.state();
    const ids = Object.keys(presence)
      .filter((id) => id !== me)
      .slice(0, FACES);
    const painted = ids.map((id) => `${id} ${people[id]?.rev}`).join();
    if (painted === this.#facesPainted) return;
    this.#facesPainted = painted;
    byId("here-faces", HTMLElement).replaceChildren(
      ...ids.map((id) => {
        const face = make("span", "face");
        paintFace(face, personOf(people, id));
        return face;
      }),
    );
  }

  /** @param {string} name */
  #paintTitle(name) {
    const waiting = this.#client.list.reduce((sum, row) => sum + unread(row), 0);
    const mark = this.#client.plugs.ask("titleMark").find(Boolean);
    const mentions = this.#client.list.reduce((sum, row) => sum + mentionsOf(row), 0);
    const badge = badgeText(waiting, mentions);
    const count = badge ? `(${badge}) ` : "";
    document.title = `${mark ? mark + " · " : ""}${count}${name} · Parlor`;
  }
}
