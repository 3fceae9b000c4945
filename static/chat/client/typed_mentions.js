/**
 * TypedMentions turns the text of the composer into the stored text and back: a person reads and types `@Name`, and
 * `<@user>` is stored, in drafts and pending messages too.
 */

/** @import {Client} from "./client.js" */

import { mentionedIn, withNames, withUsers } from "../state/mentions.js";
import { markUnknown } from "../state/people.js";

export class TypedMentions {
  #client;
  /** Names that this composer has shown, in lower case; so a text that was stored is stored the same again. @type {Map<string, string>} */
  #shown = new Map();

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Return a stored text as a person reads it, and ask for the names that are not known yet.
   * @param {string} text @param {Record<string, string>} [former] names at the time of writing
   */
  shown(text, former = {}) {
    if (!text.includes("<@")) return text;
    const { people } = this.#client.state();
    const unknown = mentionedIn(text).filter((user) => !people[user]);
    if (unknown.length > 0)
      this.#client.dispatch(this.#client.shown, { type: "app", change: (state) => markUnknown(state, unknown) });
    return withNames(text, (user) => {
      const name = people[user]?.name ?? (former[user] || undefined);
      if (name !== undefined) this.#shown.set(name.toLowerCase(), user);
      return name;
    });
  }

  /** Return a typed text as it is stored. A name is unique on the site. @param {string} text */
  stored(text) {
    if (!text.includes("@")) return text;
    const known = Object.entries(this.#client.state().people).map(
      ([user, { name }]) => /** @type {[string, string]} */ ([name.toLowerCase(), user]),
    );
    return withUsers(text, new Map([["here", "here"], ...known, ...this.#shown]));
  }
}
