/** Dialogs to create, join, change and leave a room. */

/** @import {Client} from "../client/client.js" */

import { confirmed } from "../ui/confirm.js";
import { dialog, field, fillForm, onSubmit } from "../ui/dialog.js";
import { byId, part } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";
import { closeRoom, handedOver, restoreRoom } from "./closing.js";
import { isDirect } from "./room_list.js";

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

export class RoomDialogs {
  #create = dialog("create-dialog");
  #settings = dialog("settings-dialog");
  #client;
  #go;

  /** @param {Client} client @param {(key: string) => void} go */
  constructor(client, go) {
    this.#client = client;
    this.#go = go;
  }

  start() {
    byId("create", HTMLElement).addEventListener("click", () => this.create());
    byId("join-room", HTMLElement).addEventListener("click", () => this.join());
    onSubmit(part(this.#create, "form", HTMLFormElement), (data) => this.#created(data));
    onSubmit(part(this.#settings, "form", HTMLFormElement), (data) => this.#changed(data));
  }

  create() {
    fillForm(part(this.#create, "form", HTMLFormElement), { name: "", topic: "", public: "yes" });
    this.#create.showModal();
  }

  change() {
    const { room } = this.#client.state();
    if (!room) return;
    fillForm(part(this.#settings, "form", HTMLFormElement), {
      name: room.name,
      topic: room.topic,
      public: room.public ? "yes" : "",
    });
    this.#settings.showModal();
  }

  /** Join through the invite that led here, where there is one. */
  async join() {
    const { boot, shown } = this.#client;
    const invited = document.getElementById("join-invite");
    if (invited instanceof HTMLFormElement && shown === boot.room) return invited.submit();
    await this.#client.act("room.join", { room: shown }).catch((error) => toast(errorText(error)));
  }

  async leave() {
    const { room } = this.#client.state();
    if (!room) return;
    try {
      if (!isDirect(room) && !(await handedOver(this.#client, room))) return;
      if (
        !(await confirmed(isDirect(room) ? "leave_group" : room.public ? "leave" : "leave_private", {
          room: room.name,
        }))
      )
        return;
      await this.#client.act("room.leave", { room: room.key });
    } catch (error) {
      toast(errorText(error));
    }
  }

  /** @param {"archive" | "delete"} act */
  async close(act) {
    const { room } = this.#client.state();
    if (room) await closeRoom(this.#client, room.key, room.name, act);
  }

  async restore() {
    const { room } = this.#client.state();
    if (room) await restoreRoom(this.#client, room.key, room.name);
  }

  /** Create the room, and its first invite link. @param {FormData} data */
  async #created(data) {
    const { room } = await this.#client.act("room.create", about(data));
    this.#create.close();
    this.#go(room);
    await this.#client.act("invite.create", { room, expires_ms: WEEK_MS, uses: null }).catch(() => undefined);
  }

  /** @param {FormData} data */
  async #changed(data) {
    await this.#client.act("room.change", { room: this.#client.shown, ...about(data) });
    this.#settings.close();
    toast(say("saved"));
  }
}

/** @param {FormData} data */
function about(data) {
  return { name: field(data, "name"), topic: field(data, "topic"), public: field(data, "public") === "yes" };
}
