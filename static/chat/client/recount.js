/** Recount asks the server for unread counts that the page cannot compute: seldom, and each tab at another time. */

/** @import {Client} from "./client.js" */

import { realClock } from "../../realtime/clock.js";

const EVERY_MS = 5_000;
const SPREAD_MS = 2_000;

/** @param {Client} client @param {{setTimeout: typeof realClock.setTimeout}} [clock] @param {() => number} [random] */
export function startRecount(client, clock = realClock, random = Math.random) {
  let waiting = false;
  const look = () => {
    if (waiting || !client.list.some(({ counted }) => counted.stale) || client.connection.state.name !== "ready")
      return;
    waiting = true;
    clock.setTimeout(ask, random() * SPREAD_MS);
  };
  const ask = async () => {
    const answer = await client.connection.request("unread.read", {}).catch(() => null);
    if (answer) client.recounted(answer.rooms);
    clock.setTimeout(() => {
      waiting = false;
      look();
    }, EVERY_MS);
  };
  client.on("listChanged", look);
}
