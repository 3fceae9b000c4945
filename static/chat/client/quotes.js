/** Quotes of messages outside the window are requested at most once a frame. */

/** @import {Client} from "./client.js" */

import { realClock } from "../../realtime/clock.js";
import { ConnectionLost } from "../../realtime/protocol.js";
import { unknownOriginals } from "../state/replies.js";
import { answeredDraft } from "./reply_draft.js";

const AT_ONCE = 50;
const PAUSE_MS = 2000;

/** @param {Client} client */
export function startQuotes(client) {
  let waits = false;
  const look = () => {
    if (waits || client.connection.state.name !== "ready") return;
    waits = true;
    requestAnimationFrame(ask);
  };
  const ask = () => {
    waits = false;
    const key = client.shown;
    const draft = answeredDraft(client.replies.get(key))?.o ?? null;
    const offsets = unknownOriginals(client.state(key), client.pending(key), [draft]).slice(0, AT_ONCE);
    if (offsets.length > 0) read(key, offsets);
  };
  const read = async (/** @type {string} */ key, /** @type {number[]} */ offsets) => {
    client.dispatch(key, { type: "quotesAsked", offsets });
    const taken = (/** @type {any} */ quotes, people = {}) =>
      client.dispatch(key, { type: "quotes", offsets, quotes, people });
    try {
      const { quotes, people } = await client.connection.request("quotes.read", { room: key, offsets });
      taken(quotes, people);
    } catch (error) {
      if (error instanceof ConnectionLost) taken(null);
      else realClock.setTimeout(() => taken(null), PAUSE_MS);
    }
  };
  client.on("roomChanged", (key) => key === client.shown && look());
  client.on("shown", look);
  client.connection.on("greeted", look);
}
