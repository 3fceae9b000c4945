/** Invite links: created, shown with a QR code, copied, shared, revoked. */

/** @import {Client} from "../client/client.js" */
/** @import {Invite} from "../state/types.js" */

import { copy } from "../ui/copy.js";
import { dialog, field, onSubmit } from "../ui/dialog.js";
import { byId, clone, part } from "../ui/dom.js";
import { serverNow, short } from "../ui/time.js";
import { toast } from "../ui/toast.js";
import { count, errorText, say } from "../ui/words.js";

export class Invites {
  #dialog = dialog("invite-dialog");
  #list = byId("invites", HTMLElement);
  #form = byId("invite-new", HTMLFormElement);
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  start() {
    byId("invite", HTMLElement).addEventListener("click", () => this.open());
    onSubmit(this.#form, (data) => this.create(amount(data, "expires"), amount(data, "uses")));
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#paint());
    this.#client.on("shown", () => this.#dialog.close());
  }

  open() {
    this.#dialog.showModal();
    this.#paint();
  }

  /** @param {number | null} [expires_ms] @param {number | null} [uses] */
  create(expires_ms = 7 * 24 * 60 * 60 * 1000, uses = null) {
    return this.#client.act("invite.create", { room: this.#client.shown, expires_ms, uses });
  }

  /** Return the active invites, newest first. @returns {Invite[]} */
  standing() {
    return Object.values(this.#client.state().invites)
      .filter(({ expires_at }) => expires_at === null || expires_at > serverNow())
      .reverse();
  }

  /** @param {Invite} invite @returns {HTMLElement} */
  card(invite) {
    const card = clone("invite-template");
    const link = `${location.origin}/i/${invite.code}`;
    const share = part(card, "[data-act=share]", HTMLButtonElement);
    card.dataset.code = invite.code;
    part(card, ".invite-qr", HTMLImageElement).src = `/i/${invite.code}/qr.svg`;
    part(card, ".invite-link", HTMLInputElement).value = link;
    part(card, "p", HTMLElement).textContent = terms(invite);
    part(card, ".invite-link", HTMLInputElement).addEventListener("focus", (event) =>
      /** @type {HTMLInputElement} */ (event.target).select(),
    );
    part(card, "[data-act=copy]", HTMLElement).addEventListener("click", () => copy(link));
    part(card, "[data-act=revoke]", HTMLElement).addEventListener("click", () => this.#revoke(invite));
    share.hidden = !("share" in navigator);
    share.addEventListener("click", () =>
      navigator.share({ url: link, title: this.#client.state().room?.name }).catch(() => undefined),
    );
    return card;
  }

  #paint() {
    if (!this.#dialog.open) return;
    const { room } = this.#client.state();
    const standing = this.standing();
    byId("invite-note", HTMLElement).textContent = say(room?.public ? "invite.public" : "invite.private");
    showCards(this.#list, standing, (invite) => this.card(invite));
  }

  /** @param {Invite} invite */
  async #revoke({ invite }) {
    await this.#client
      .act("invite.revoke", { room: this.#client.shown, invite })
      .catch((error) => toast(errorText(error)));
  }
}

/**
 * Show one card for each invite. The card of an invite stays, so that its QR code is loaded once.
 * @param {HTMLElement} list @param {Invite[]} invites @param {(invite: Invite) => HTMLElement} card
 */
export function showCards(list, invites, card) {
  const old = new Map([...list.children].map((child) => [child.getAttribute("data-code"), child]));
  const cards = invites.map((invite) => old.get(invite.code) ?? card(invite));
  if (cards.length !== list.children.length || cards.some((one, index) => one !== list.children[index]))
    list.replaceChildren(...cards);
}

/** @param {FormData} data @param {string} name @returns {number | null} */
function amount(data, name) {
  return field(data, name) === "" ? null : Number(field(data, name));
}

/** @param {Invite} invite @returns {string} */
function terms({ expires_at, uses }) {
  const until = expires_at === null ? say("invite.for_ever") : say("invite.until", { time: short(expires_at) });
  return uses === null ? until : `${until} · ${count("invite.uses", uses)}`;
}
