/**
 * ComposerLock stands in place of the composer while the reader cannot write. It tells why, by whom and how long, and
 * what to do.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {LockReason} from "../state/own_sanctions.js" */
/** @import {Mute, Warning} from "../state/types.js" */

import { find } from "../../chat/state/window.js";
import { byId } from "../../chat/ui/dom.js";
import { toast } from "../../chat/ui/toast.js";
import { errorText, say } from "../../chat/ui/words.js";
import { lockReason, ownSanctionsOf } from "../state/own_sanctions.js";
import { quote } from "../ui/fields.js";
import { Interval } from "../ui/interval.js";
import { because } from "../ui/sentences.js";
import { left } from "../ui/times.js";

export class ComposerLock {
  #element = byId("door", HTMLElement);
  #title = byId("door-title", HTMLElement);
  #left = byId("door-left", HTMLElement);
  #read = byId("door-read", HTMLButtonElement);
  #appeal = byId("door-appeal", HTMLButtonElement);
  #interval = new Interval(() => this.#tick());
  #client;
  #asked;
  /** @type {LockReason | null} */
  #shown = null;

  /** @param {Client} client @param {{appeal: (sanction: string) => void}} asked */
  constructor(client, asked) {
    this.#client = client;
    this.#asked = asked;
  }

  start() {
    this.#read.addEventListener("click", () => this.#acknowledge());
    this.#appeal.addEventListener("click", () =>
      this.#asked.appeal(ownSanctionsOf(this.#client.state())?.muted?.sanction ?? ""),
    );
    this.#client.on("roomChanged", (key) => key === this.#client.shown && this.#paint());
    this.#client.on("shown", () => this.#paint());
    this.#paint();
  }

  get closed() {
    return lockReason(
      this.#client.state(),
      this.#client.connection.serverNow(),
      Boolean(this.#client.boot.user?.guest),
    );
  }

  #paint() {
    const { closed } = this;
    const appears = closed !== null && closed !== this.#shown;
    const wrote = byId("composer", HTMLElement).contains(document.activeElement);
    this.#shown = closed;
    this.#element.hidden = closed === null;
    this.#element.dataset.closed = closed ?? "";
    if (closed) this.#paintWhy(closed);
    this.#interval.show();
    if (appears && wrote) this.#element.focus(); // not a button: a person who types would press it
  }

  /** @param {LockReason} closed */
  #paintWhy(closed) {
    const standing = ownSanctionsOf(this.#client.state());
    const [warning, muted] = [
      closed === "warned" ? standing?.warning : null,
      closed === "muted" ? standing?.muted : null,
    ];
    const why = warning ?? muted;
    const key = "door." + closed;
    if (this.#title.textContent !== say(key)) this.#title.textContent = say(key);
    byId("door-why", HTMLElement).textContent = why ? because(why, why.by) : say(key + ".why");
    this.#paintMessage(warning ?? null);
    this.#read.hidden = !warning;
    this.#paintAppeal(muted ?? null);
  }

  /** @param {Warning | null} warning */
  #paintMessage(warning) {
    quote(byId("door-line", HTMLElement), warning?.o ? find(this.#client.state(), warning.o) : null);
  }

  /** @param {Mute | null} muted */
  #paintAppeal(muted) {
    this.#appeal.hidden = !muted?.sanction || muted.appealed;
    byId("door-appealed", HTMLElement).hidden = !muted?.appealed;
  }

  /**
   * Show the time that is left. After the last second the state changes, so that all views open the composer.
   * @returns {boolean}
   */
  #tick() {
    const muted = this.#shown === "muted" ? ownSanctionsOf(this.#client.state())?.muted : null;
    const rest = muted?.until ? muted.until - this.#client.connection.serverNow() : null;
    this.#left.textContent = muted
      ? rest === null
        ? say("time.for_ever")
        : say("door.left", { time: left(rest) })
      : "";
    if (rest !== null && rest <= 0) queueMicrotask(() => this.#over());
    return rest !== null && rest > 0;
  }

  #over() {
    const { shown } = this.#client;
    this.#client.dispatch(shown, {
      type: "app",
      change: (state) => ({ ...state, parts: { ...state.parts, standing: { ...ownSanctionsOf(state), muted: null } } }),
    });
  }

  async #acknowledge() {
    const { shown } = this.#client;
    const sanction = ownSanctionsOf(this.#client.state())?.warning?.sanction;
    this.#read.disabled = true;
    await this.#client.act("sanction.acknowledge", { room: shown, sanction }).catch((error) => toast(errorText(error)));
    this.#read.disabled = false;
  }
}
