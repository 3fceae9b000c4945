/** RoomRules shows the rules of the room as switches, which work at once and can be undone, and the lockdown button. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Rules} from "../../chat/state/types.js" */
/** @import {Commands} from "./commands.js" */

import { byId, part } from "../../chat/ui/dom.js";
import { say } from "../../chat/ui/words.js";
import { Interval } from "../ui/interval.js";
import { left } from "../ui/times.js";

/** @typedef {Pick<Rules, "slow_s" | "locked" | "guests_off"> & {approval: boolean}} Chosen */

export class RoomRules {
  #form = byId("rules-form", HTMLFormElement);
  #panic = byId("panic", HTMLButtonElement);
  #interval = new Interval(() => this.#tick());
  #client;
  #commands;

  /** @param {Client} client @param {Commands} commands */
  constructor(client, commands) {
    this.#client = client;
    this.#commands = commands;
  }

  start() {
    this.#form.addEventListener("change", () => this.#changed());
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#panic.addEventListener("click", () => this.#pressed());
  }

  paint() {
    this.#interval.show();
  }

  get #rules() {
    return this.#client.state().room?.rules ?? null;
  }

  /** @returns {boolean} whether it shows a time that runs */
  #tick() {
    const [rules, now] = [this.#rules, this.#client.connection.serverNow()];
    const panic = rules?.panic_until ?? null;
    if (rules && !this.#form.ariaBusy) this.#fill(chosenIn(rules, now));
    part(this.#form, "fieldset", HTMLFieldSetElement).disabled = panic !== null;
    this.#panic.ariaPressed = String(panic !== null);
    part(this.#panic, "b", HTMLElement).textContent = say(panic ? "panic.end" : "panic.begin");
    part(this.#panic, "small", HTMLElement).textContent = panic
      ? say("panic.left", { time: left(panic - now) })
      : say("panic.about");
    byId("approval-left", HTMLElement).textContent =
      rules?.approval_until && rules.approval_until > now
        ? `· ${say("time.left", { time: left(rules.approval_until - now) })}`
        : "";
    return this.#form.checkVisibility() && Boolean(panic || rules?.approval_until);
  }

  /** @param {Chosen} chosen */
  #fill({ slow_s, locked, guests_off, approval }) {
    part(this.#form, "[name=slow_s]", HTMLSelectElement).value = String(slow_s);
    for (const [name, on] of Object.entries({ locked, guests_off, approval }))
      part(this.#form, `[name=${name}]`, HTMLInputElement).checked = on;
  }

  async #changed() {
    const before = this.#rules && chosenIn(this.#rules, this.#client.connection.serverNow());
    const data = new FormData(this.#form);
    const chosen = {
      slow_s: Number(data.get("slow_s")),
      locked: data.has("locked"),
      guests_off: data.has("guests_off"),
      approval: data.has("approval"),
    };
    this.#form.ariaBusy = "true";
    await this.#commands.restrict(chosen, () => before && this.#commands.restrict(before));
    this.#form.ariaBusy = null;
    this.paint();
  }

  async #pressed() {
    this.#panic.disabled = true;
    await this.#commands.panic(this.#rules?.panic_until === null);
    this.#panic.disabled = false;
    this.#panic.focus();
    this.paint();
  }
}

/** @param {Rules} rules @param {number} now @returns {Chosen} */
function chosenIn({ slow_s, locked, guests_off, approval_until }, now) {
  return { slow_s, locked, guests_off, approval: Boolean(approval_until && approval_until > now) };
}
