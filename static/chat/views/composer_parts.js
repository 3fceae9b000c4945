/** Parts of a message beside its text: the answered message, files. Each is a view of its own above the field. */

/** @import {PendingRequest} from "../../realtime/types.js" */

/**
 * @typedef {object} ComposerPart
 * @property {() => Record<string, any>} params what the part adds to the params of `message.post`
 * @property {() => boolean} isEmpty whether the part has nothing that may be sent without a text
 * @property {() => void} sent called when the params are in the outbox
 * @property {(pending: PendingRequest) => void} restore takes the part back from a message that was refused
 * @property {() => boolean} [drop] called at Escape; it returns whether the part has dropped something
 */

export class ComposerParts {
  /** @type {ComposerPart[]} */
  #parts = [];

  /** @param {ComposerPart} part */
  add(part) {
    this.#parts.push(part);
  }

  /** @returns {Record<string, any>} */
  params() {
    return Object.assign({}, ...this.#parts.map((part) => part.params()));
  }

  isEmpty() {
    return this.#parts.every((part) => part.isEmpty());
  }

  sent() {
    for (const part of this.#parts) part.sent();
  }

  /** @param {PendingRequest} pending */
  restore(pending) {
    for (const part of this.#parts) part.restore(pending);
  }

  /** @returns {boolean} whether a part has dropped something */
  drop() {
    return this.#parts.some((part) => part.drop?.());
  }
}
