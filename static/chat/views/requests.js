/**
 * Message requests to the reader: a list beside the rooms, and a dialog that accepts, ignores, blocks or reports one.
 */

/** @import {People, RoomSignal} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {MessageRequest} from "../state/types.js" */

import { dialog } from "../ui/dialog.js";
import { byId, clone, part } from "../ui/dom.js";
import { paintFace, personOf } from "../ui/face.js";
import { toast } from "../ui/toast.js";
import { count, errorText, say } from "../ui/words.js";

const AT_ONCE = 50;

/**
 * @typedef {{go: (key: string) => void, block: (user: string, blocked: boolean, name: string) => Promise<unknown>}} RequestActs
 */

export class Requests {
  #section = byId("requests", HTMLElement);
  #list = byId("requests-list", HTMLElement);
  #dialog = dialog("request-dialog");
  /** @type {MessageRequest[]} the newest first */
  #waiting = [];
  /** @type {People} */
  #people = {};
  /** @type {MessageRequest | null} the request in the dialog */
  #shown = null;
  #client;
  #actions;

  /** @param {Client} client @param {RequestActs} actions */
  constructor(client, actions) {
    this.#client = client;
    this.#actions = actions;
  }

  start() {
    this.#client.connection.on("greeted", () => this.load());
    this.#client.subscriptions.on("signalled", (signal) => signal.kind === "request" && this.#came(signal));
    const on = (/** @type {string} */ act, /** @type {(request: MessageRequest) => unknown} */ done) =>
      part(this.#dialog, `[data-act=${act}]`, HTMLElement).addEventListener(
        "click",
        () => this.#shown && done(this.#shown),
      );
    on("accept", (request) => this.#accept(request));
    on("ignore", (request) => this.#ignore(request));
    on("block", (request) => this.#block(request));
    on("report", (request) => this.#report(request));
  }

  async load() {
    const answer = await this.#client.connection.request("direct.requests", {}).catch(() => null);
    if (!answer) return;
    this.#people = answer.people;
    this.#waiting = answer.requests;
    this.#paint();
  }

  /** @param {RoomSignal} signal */
  #came({ room, value }) {
    const others = this.#waiting.filter((request) => request.room !== room);
    this.#people = { ...this.#people, ...value?.people };
    const wasFull = this.#waiting.length >= AT_ONCE;
    this.#waiting = value ? [value, ...others] : others;
    this.#paint();
    if (wasFull && !value) this.load();
  }

  #paint() {
    this.#section.hidden = this.#waiting.length === 0;
    byId("requests-count", HTMLElement).textContent =
      this.#waiting.length < AT_ONCE ? String(this.#waiting.length) : `${AT_ONCE}+`;
    this.#paintBack();
    const focused = document.activeElement?.getAttribute("data-request");
    this.#list.replaceChildren(...this.#waiting.map((request) => this.#row(request)));
    if (focused) /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-request="${focused}"]`))?.focus();
    const shown = this.#waiting.find(({ room }) => room === this.#shown?.room);
    if (shown) this.#fill(shown);
    else if (this.#dialog.open) this.#dialog.close();
  }

  /** Mark the way back to the rooms on a phone when a request waits there. */
  #paintBack() {
    const back = byId("back", HTMLElement);
    const waits = this.#waiting.length > 0;
    back.toggleAttribute("data-requests", waits);
    back.title = waits ? count("request.waiting", this.#waiting.length) : "";
  }

  /** @param {MessageRequest} request @returns {HTMLElement} */
  #row(request) {
    const row = clone("request-template");
    const button = part(row, "button", HTMLButtonElement);
    button.dataset.request = request.room;
    paintFace(part(row, ".face", HTMLElement), personOf(this.#people, request.by));
    part(row, ".request-name", HTMLElement).textContent = this.#nameOf(request);
    part(row, ".request-text", HTMLElement).textContent = request.text;
    button.addEventListener("click", () => this.#open(request));
    return row;
  }

  /** @param {MessageRequest} request */
  #nameOf({ by, users }) {
    const { name } = personOf(this.#people, by);
    return users.length > 2 ? count("request.and_others", users.length - 2, { name }) : name;
  }

  /** @param {MessageRequest} request */
  #open(request) {
    this.#fill(request);
    this.#dialog.showModal();
  }

  /** @param {MessageRequest} request */
  #fill(request) {
    const { by, users, text, room } = request;
    this.#shown = request;
    const { name } = personOf(this.#people, by);
    const others = users
      .filter((user) => user !== by && user !== this.#client.me)
      .map((user) => personOf(this.#people, user).name);
    paintFace(part(this.#dialog, ".face", HTMLElement), personOf(this.#people, by));
    byId("request-title", HTMLElement).textContent = say(others.length > 0 ? "request.group" : "request.title", {
      name,
    });
    byId("request-people", HTMLElement).hidden = others.length === 0;
    byId("request-people", HTMLElement).textContent = say("request.with", { names: others.join(", ") });
    byId("request-text", HTMLElement).textContent = text;
    part(this.#dialog, "[data-act=block]", HTMLElement).textContent = say("request.block", { name });
    this.#dialog.dataset.room = room;
  }

  /** @param {MessageRequest} request @param {boolean | null} accept */
  async #answer({ room }, accept) {
    try {
      await this.#client.connection.request("direct.answer", { room, accept });
      this.#dialog.close();
      return true;
    } catch (error) {
      this.#dialog.close();
      toast(errorText(error));
      return false;
    }
  }

  /** @param {MessageRequest} request */
  async #accept(request) {
    if (await this.#answer(request, true)) this.#actions.go(request.room);
  }

  /** @param {MessageRequest} request */
  async #ignore(request) {
    const again = () => void this.#answer(request, null);
    if (await this.#answer(request, false)) toast(say("request.ignored"), { word: say("undo"), act: again });
  }

  /** @param {MessageRequest} request */
  async #block({ by }) {
    this.#dialog.close();
    await this.#actions.block(by, true, personOf(this.#people, by).name);
  }

  /** @param {MessageRequest} request */
  #report({ room, by, o, at, text }) {
    const message = { o, n: 0, at, by, kind: "text", data: { text }, edited: null, removed: null, touched: o };
    this.#client.plugs.ask("report", message, { room, name: personOf(this.#people, by).name });
  }
}
