/** PreviewRemoval removes previews of links: by the button of a card, and by the menu of a message. */

/** @import {Client} from "../client/client.js" */
/** @import {Item} from "../state/types.js" */
/** @import {Action} from "../ui/menu.js" */
/** @import {Timeline} from "./timeline.js" */

import { mayRemovePreviews, previewsOf } from "../state/previews.js";
import { byId } from "../ui/dom.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

export class PreviewRemoval {
  #client;
  #timeline;

  /** @param {Client} client @param {Timeline} timeline */
  constructor(client, timeline) {
    this.#client = client;
    this.#timeline = timeline;
  }

  start() {
    byId("lines", HTMLElement).addEventListener("click", ({ target }) => {
      const button = /** @type {Element} */ (target).closest(".link-preview-remove");
      const item = button && this.#timeline.itemOf(button);
      if (item && button instanceof HTMLButtonElement) this.#remove(item, [button.dataset.url ?? ""]);
    });
  }

  /** Return the action that removes all previews of a message, for who may. @param {Item} item @returns {Action[]} */
  of(item) {
    const urls = previewsOf(item).map(({ url }) => url);
    if (urls.length === 0 || !mayRemovePreviews(this.#client.state(), item)) return [];
    return [{ icon: "close", word: say("act.preview_remove"), act: () => this.#remove(item, urls) }];
  }

  /** @param {Item} item @param {string[]} urls */
  async #remove(item, urls) {
    const room = this.#client.shown;
    const o = item.message?.o;
    const send = (/** @type {boolean} */ removed) =>
      Promise.all(urls.map((url) => this.#client.act("preview.remove", { room, o, url, removed })));
    const failed = (/** @type {any} */ error) => toast(errorText(error));
    await send(true).then(
      () => toast(say("preview.removed"), { word: say("undo"), act: () => send(false).catch(failed) }),
      failed,
    );
  }
}
