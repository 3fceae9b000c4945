/** PeoplePanel lists who is present and who is a member, with the actions on them. */

/** @import {Client} from "../client/client.js" */
/** @import {RoomState} from "../state/types.js" */
/** @import {Action} from "../ui/menu.js" */
/** @import {SidePanel} from "./side_panel.js" */

import { badgeOf, isAbove, myRank } from "../state/selectors.js";
import { badgeWord } from "../ui/badge.js";
import { confirmed } from "../ui/confirm.js";
import { byId, clone, make, part } from "../ui/dom.js";
import { paintFace, personOf } from "../ui/face.js";
import { fill, openBy, walk } from "../ui/menu.js";
import { serverNow } from "../ui/time.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

export class PeoplePanel {
  #body = byId("people-body", HTMLElement);
  #toggle = byId("people-toggle", HTMLButtonElement);
  #menu = byId("person-menu", HTMLElement);
  #client;
  #side;
  #more;
  #frame = 0;
  /** @type {string | null} the room whose members are being loaded */
  #loading = null;

  /**
   * @param {Client} client @param {SidePanel} side
   * @param {(user: string) => Action[]} [more] other actions than those on members
   */
  constructor(client, side, more = () => []) {
    this.#more = more;
    this.#client = client;
    this.#side = side;
  }

  start() {
    this.#side.add("people", say("people.title"));
    this.#side.offer("people", true);
    this.#side.on("turned", () => this.#turned());
    this.#toggle.addEventListener("click", () => this.#toggled());
    byId("side", HTMLElement).addEventListener(
      "keydown",
      ({ key }) => key === "Escape" && !this.#menu.matches(":popover-open") && this.#isOpen && this.#side.close(),
    );
    this.#body.addEventListener("click", ({ target }) =>
      this.#clicked(/** @type {Element} */ (target).closest(".person")),
    );
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#schedule());
    this.#client.on("shown", () => this.#load());
    this.#client.connection.on("greeted", () => this.#load());
    walk(this.#menu);
  }

  get #isOpen() {
    return this.#side.shown === "people";
  }

  #toggled() {
    if (this.#isOpen) return this.#side.close();
    this.#side.open("people");
    byId("side-close", HTMLElement).focus();
  }

  #turned() {
    const wasOpen = this.#toggle.ariaExpanded === "true";
    this.#toggle.ariaExpanded = String(this.#isOpen);
    if (this.#isOpen) this.#load();
    else if (wasOpen && this.#side.shown === null) this.#toggle.focus();
  }

  #load() {
    if (!this.#isOpen) return;
    this.#schedule();
    this.#loadOnce();
  }

  /** Load the members once for each room, and again after a snapshot, which replaces all that was known. */
  #loadOnce() {
    const { shown } = this.#client;
    if (this.#loading === shown || this.#client.connection.state.name !== "ready") return;
    this.#loading = shown;
    const done = () => (this.#loading = this.#loading === shown ? null : this.#loading);
    this.#client.loadMembers().then(done, done);
  }

  #schedule() {
    const { room, members } = this.#client.state();
    if (this.#isOpen && room && !members) this.#loadOnce();
    if (this.#isOpen) this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    const state = this.#client.state();
    const here = byName(state, Object.keys(state.presence));
    const away = byName(
      state,
      Object.keys(state.members ?? {}).filter((id) => !here.includes(id)),
    );
    const asked = byName(
      state,
      (state.room?.direct ?? []).filter((id) => state.members && !state.members[id] && !here.includes(id)),
    );
    const focused = document.activeElement?.getAttribute("data-user");
    this.#body.replaceChildren(
      ...section(say("people.here"), here, state, false),
      ...section(say("people.away"), away, state, true),
      ...section(say("people.not_joined"), asked, state, true),
    );
    if (focused) /** @type {HTMLElement | null} */ (this.#body.querySelector(`[data-user="${focused}"]`))?.focus();
  }

  /** @param {Element | null} row */
  #clicked(row) {
    const user = row?.getAttribute("data-user");
    if (!row || !user) return;
    if (user === this.#client.me) return byId("me", HTMLElement).click(); // opens the reader's profile
    fill(this.#menu, [
      ...this.#actionsOn(user),
      ...this.#client.plugs.ask("personActions", user).flat(),
      ...this.#more(user),
    ]);
    this.#menu.prepend(card(this.#client.state(), user));
    openBy(this.#menu, row);
    /** @type {HTMLElement | null} */ (this.#menu.querySelector(".menu-act"))?.focus();
  }

  /** @param {string} user @returns {Action[]} */
  #actionsOn(user) {
    const state = this.#client.state();
    const { me, room, members } = state;
    const member = members?.[user];
    if (!room || myRank(state) < 1 || !member || user === me) return [];
    const role = member.role === "host" ? "member" : "host";
    return [
      ...(member.role === "host" && !isAbove(state, user)
        ? []
        : [{ icon: "people", word: say(`people.make_${role}`), act: () => this.#act("member.role", { user, role }) }]),
      ...(room.lounge || member.role === "host" || !isAbove(state, user)
        ? []
        : [{ icon: "delete", word: say("people.remove"), act: () => this.#remove(user), danger: true }]),
    ];
  }

  /** @param {string} user */
  async #remove(user) {
    const { people, room } = this.#client.state();
    const values = { name: personOf(people, user).name, room: room?.name ?? "" };
    if (await confirmed("remove", values)) await this.#act("member.remove", { user });
  }

  /** @param {string} method @param {Record<string, string>} params */
  async #act(method, params) {
    await this.#client.act(method, { room: this.#client.shown, ...params }).catch((error) => toast(errorText(error)));
  }
}

/** @param {RoomState} state @param {string[]} ids @returns {string[]} */
function byName({ people }, ids) {
  return ids.toSorted((a, b) => personOf(people, a).name.localeCompare(personOf(people, b).name));
}

/**
 * @param {string} title @param {string[]} ids @param {RoomState} state @param {boolean} away @returns {HTMLElement[]}
 */
function section(title, ids, state, away) {
  if (ids.length === 0) return [];
  const list = document.createElement("ul");
  list.append(...ids.map((id) => row(state, id, away)));
  return [make("h3", "", `${title} · ${away ? ids.length : Math.max(state.here, ids.length)}`), list];
}

/** @param {RoomState} state @param {string} id @param {boolean} away @returns {HTMLElement} */
function row(state, id, away) {
  const element = clone("person-template");
  const button = part(element, ".person", HTMLButtonElement);
  const person = personOf(state.people, id);
  button.dataset.user = id;
  button.classList.toggle("away", away);
  paintFace(part(element, ".face", HTMLElement), person);
  part(element, ".person-name", HTMLElement).textContent = person.name;
  part(element, ".person-role", HTMLElement).textContent = roleOf(state, id);
  return element;
}

/** @param {RoomState} state @param {string} id @returns {string} */
function roleOf({ me, members, people, room }, id) {
  const role = badgeWord(badgeOf({ people, room }, id));
  const muted = (members?.[id]?.muted_until ?? 0) > serverNow() ? say("people.muted") : "";
  return [id === me ? say("people.you") : "", role, muted].filter(Boolean).join(" · ");
}

/** Return the key of the text that says whether a person is a member. @param {RoomState} state @param {string} id */
function membershipKey({ members, room }, id) {
  if (members?.[id]) return "people.member";
  return room?.direct?.includes(id) ? "people.not_joined" : "people.looking";
}

/** @param {RoomState} state @param {string} id @returns {HTMLElement} */
function card(state, id) {
  const element = make("div", "person-card");
  const face = make("span", "face");
  const about = document.createElement("div");
  const person = personOf(state.people, id);
  paintFace(face, person);
  about.append(
    make("b", "", person.name),
    make("span", "small muted", roleOf(state, id) || say(membershipKey(state, id))),
  );
  element.append(face, about);
  return element;
}
