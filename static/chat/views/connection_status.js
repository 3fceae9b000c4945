/**
 * ConnectionStatus tells the state of the connection when it matters: after five seconds without one, and when it is
 * back. Offline is told at once.
 */

/** @import {PendingRequest, SubscribeResult} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */

import { realClock } from "../../realtime/clock.js";
import { diagnose } from "../../realtime/diagnosis.js";
import { byId } from "../ui/dom.js";
import { seconds } from "../ui/time.js";
import { say } from "../ui/words.js";

const SHOWN_AFTER_MS = 5000;
const GAP_TOLD_FROM_MS = 700;
const BACK_SHOWN_MS = 5000;
/** The cause is looked for after this many failures in a row. A server that restarts answers earlier. */
const DIAGNOSE_FROM_FAILURES = 2;

export class ConnectionStatus {
  #chip = byId("chip", HTMLElement);
  #text = byId("chip-text", HTMLElement);
  #try = byId("chip-try", HTMLButtonElement);
  #left = byId("chip-left", HTMLElement);
  #client;
  #connection;
  /** @type {number | null} when the connection was lost */
  #lostAt = null;
  #wasReady = false;
  /** @type {number | null} how long the connection was lost, in ms, until all missed events have arrived */
  #gap = null;
  /**
   * @type {{key: string, opening: SubscribeResult} | null} the result for the shown room since the connection is back
   */
  #opened = null;
  /**
   * @type {import("../../realtime/diagnosis.js").Cause | null} the reason why no connection opens, where it is known
   */
  #cause = null;
  /** @type {any} */
  #timer = null;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
    this.#connection = client.connection;
  }

  start() {
    this.#try.addEventListener("click", () => this.#connection.tryNow());
    this.#connection.on("stateChanged", ({ name, failures = 0 }) => {
      if (name === "ready") return this.#back();
      this.#lost(name);
      if (failures >= DIAGNOSE_FROM_FAILURES) this.#diagnose();
    });
    addEventListener("offline", () => this.#offline());
    addEventListener("online", () => this.#online());
    this.#client.subscriptions.on(
      "opened",
      (key, opening) => key === this.#client.shown && this.#cameBack({ key, opening }),
    );
    this.#client.on("roomChanged", () => this.#caughtUp());
    this.#lostAt = realClock.now();
    this.#timer = setTimeout(() => this.#tell(), SHOWN_AFTER_MS);
    if (navigator.onLine === false) this.#offline();
  }

  async #diagnose() {
    const cause = await diagnose();
    if (this.#connection.state.name === "ready" || this.#connection.state.name === "stopped") return;
    this.#cause = cause;
    if (cause !== "away" || !this.#chip.hidden) this.#tell(); // a server that restarts needs time
  }

  /** Tell that the browser is offline. An answer of the server, for example on the same machine, takes it back. */
  #offline() {
    if (this.#connection.state.name === "stopped") return;
    this.#cause = "offline";
    this.#tell();
    this.#connection.request("session.ping", {}).then(
      () => this.#online(),
      () => undefined,
    );
  }

  #online() {
    if (this.#cause === "offline") this.#cause = null;
    if (this.#connection.state.name === "ready") this.#hide();
    else if (!this.#chip.hidden) this.#tell();
  }

  /** @param {string} name */
  #lost(name) {
    this.#gap = this.#opened = null;
    if (name === "stopped") return this.#hide();
    if (this.#lostAt === null) {
      this.#lostAt = realClock.now();
      this.#hide();
      this.#timer = setTimeout(() => this.#tell(), SHOWN_AFTER_MS);
    } else if (!this.#chip.hidden) this.#tell();
  }

  #back() {
    const gap = this.#lostAt === null ? 0 : realClock.now() - this.#lostAt;
    this.#lostAt = this.#cause = null;
    this.#hide();
    if (this.#wasReady && gap >= GAP_TOLD_FROM_MS) this.#gap = gap;
    this.#wasReady = true;
  }

  /** @param {{key: string, opening: SubscribeResult}} opened */
  #cameBack(opened) {
    this.#opened = opened;
    this.#caughtUp();
  }

  /** Tell that the connection is back, once the last missed event has arrived. */
  #caughtUp() {
    if (this.#gap === null || !this.#opened) return;
    const { key, opening } = this.#opened;
    if (this.#client.state(key).head.o < opening.head.o) return;
    const values = { seconds: seconds(this.#gap) };
    this.#gap = null;
    if (document.hidden) return;
    const waiting = this.#client.list.flatMap((room) => this.#client.pending(room.key));
    this.#show("back", say(isWhole(opening, waiting) ? "chip.whole" : "chip.back", values));
    this.#timer = setTimeout(() => this.#hide(), BACK_SHOWN_MS);
  }

  /** Show the state, once a second while the wait counts down. */
  #tell() {
    const { retryAt } = this.#connection.state;
    const left = retryAt === undefined ? 0 : Math.ceil((retryAt - realClock.now()) / 1000);
    const counts = left > 0 && this.#cause !== "offline";
    this.#show(
      "waiting",
      this.#cause ? say(CAUSES[this.#cause]) : say(left > 0 ? "chip.waiting" : "chip.reconnecting"),
    );
    this.#try.hidden = !counts;
    this.#left.textContent = counts ? `${left} s` : "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), 1000);
  }

  /** @param {"waiting" | "back"} mood @param {string} text */
  #show(mood, text) {
    this.#chip.dataset.mood = mood;
    this.#chip.hidden = false;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    if (mood === "waiting") return;
    this.#try.hidden = true;
    this.#left.textContent = "";
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#chip.hidden = true;
  }
}

/** @type {Record<import("../../realtime/diagnosis.js").Cause, string>} */
const CAUSES = { offline: "chip.offline", away: "chip.away", origin: "chip.origin", blocked: "chip.blocked" };

/**
 * Return whether nothing is lost. A snapshot may come from a restored backup, and a failed request waits for a
 * decision.
 * @param {SubscribeResult} opening @param {PendingRequest[]} pending @returns {boolean}
 */
export function isWhole({ mode }, pending) {
  return mode === "replay" && pending.every(({ state }) => state !== "failed");
}
