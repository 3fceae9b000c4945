/** AuditLog lists the actions of hosts and moderators, newest first, page by page. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {AuditEntry} from "../state/types.js" */

import { addPeople } from "../../chat/state/people.js";
import { byId, clone, part } from "../../chat/ui/dom.js";
import { when, whole } from "../../chat/ui/time.js";
import { toast } from "../../chat/ui/toast.js";
import { errorText, say } from "../../chat/ui/words.js";
import { queueOf } from "../state/queue.js";
import { KeyedList } from "../ui/keyed_list.js";
import { because, entryInWords } from "../ui/sentences.js";

export class AuditLog {
  #more = byId("log-more", HTMLButtonElement);
  #list;
  #client;
  /** @type {AuditEntry[]} */
  #entries = [];
  /** @type {unknown[]} the values when the log was read; other values mean that there may be more */
  #seen = [];

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
    this.#list = new KeyedList(byId("log-list", HTMLElement), {
      build: () => clone("entry-template"),
      paint: (row, entry) => this.#paintRow(row, entry),
    });
  }

  start() {
    this.#more.addEventListener("click", () => this.#read(this.#entries.at(-1)?.id));
  }

  /** Read the log when it is shown, and again when something was done since. */
  paint() {
    const { shown } = this.#client;
    const state = this.#client.state();
    const seen = [shown, queueOf(state), state.room?.rules, state.lines.filter(({ removed }) => removed).length];
    if (!same(seen, this.#seen)) this.#read();
    this.#seen = seen;
    this.#show();
  }

  stop() {
    this.#seen = [];
  }

  /** @param {number} [before] id of the oldest known action */
  async #read(before) {
    const { shown } = this.#client;
    try {
      const answer = await this.#client.connection.request("audit.list", {
        room: shown,
        ...(before !== undefined && { before }),
      });
      this.#entries = before === undefined ? answer.entries : [...this.#entries, ...answer.entries];
      this.#more.hidden = !answer.before;
      this.#client.dispatch(shown, { type: "app", change: (state) => addPeople(state, answer.people) });
    } catch (error) {
      toast(errorText(error));
    }
    this.#show();
  }

  #show() {
    byId("log-none", HTMLElement).hidden = this.#entries.length > 0;
    this.#list.show(this.#entries.map((entry) => ({ key: String(entry.id), item: entry })));
  }

  /** @param {HTMLElement} row @param {AuditEntry} entry */
  #paintRow(row, entry) {
    const time = part(row, "time", HTMLTimeElement);
    const link = part(row, "a", HTMLAnchorElement);
    part(row, ".entry-words", HTMLElement).textContent = entryInWords(this.#client.state(), entry);
    part(row, ".entry-why", HTMLElement).textContent = because(entry);
    part(row, ".entry-undone", HTMLElement).textContent = entry.undone ? say("audit.undone") : "";
    time.textContent = when(entry.at);
    time.title = whole(entry.at);
    link.hidden = entry.o === null;
    link.href = `/r/${this.#client.shown}/@${entry.o}`;
  }
}

/** @param {unknown[]} one @param {unknown[]} other */
function same(one, other) {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
