/** The public rooms one is not in: look in, or join. */

/** @import {Client} from "./client.js" */
import { dialog } from "./dialog.js";
import { byId, clone, part } from "./dom.js";
import { count, refusal, say } from "./words.js";

/** @typedef {{key: string, name: string, topic: string, members: number, here: number}} PublicRoom */

export class Browse {
  #dialog = dialog("browse-dialog");
  #list = byId("browse-list", HTMLElement);
  #note = byId("browse-note", HTMLElement);
  #client;
  #go;

  /** @param {Client} client @param {(key: string) => void} go */
  constructor(client, go) {
    this.#client = client;
    this.#go = go;
  }

  start() {
    byId("browse", HTMLElement).addEventListener("click", () => this.open());
  }

  async open() {
    this.#list.replaceChildren();
    this.#note.textContent = say("loading");
    this.#dialog.showModal();
    try {
      const { rooms } = await this.#client.connection.request("room.list", {});
      this.#note.textContent = rooms.length > 0 ? "" : say("browse.none");
      this.#list.replaceChildren(...rooms.map((/** @type {PublicRoom} */ room) => this.#row(room)));
    } catch (error) {
      this.#note.textContent = refusal(error);
    }
  }

  /** @param {PublicRoom} room @returns {HTMLElement} */
  #row(room) {
    const row = clone("browse-template");
    const name = part(row, ".browse-name", HTMLAnchorElement);
    name.textContent = `# ${room.name}`;
    name.href = `/r/${room.key}/`;
    name.addEventListener("click", () => this.#dialog.close());
    part(row, ".browse-about", HTMLElement).textContent = [count("members", room.members), room.here > 0 ? count("here", room.here) : "", room.topic].filter(Boolean).join(" · ");
    part(row, "button", HTMLElement).addEventListener("click", () => this.#join(room.key));
    return row;
  }

  /** @param {string} key */
  async #join(key) {
    try {
      await this.#client.act("room.join", { room: key });
      this.#dialog.close();
      this.#go(key);
    } catch (error) {
      this.#note.textContent = refusal(error);
    }
  }
}
