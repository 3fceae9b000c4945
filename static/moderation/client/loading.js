/**
 * Loading requests the lists of the moderation queue once a room is known, and again after a snapshot. Events keep
 * them up to date.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {RoomState} from "../../chat/state/types.js" */

import { myRank } from "../../chat/state/selectors.js";
import { queueOf, queueReceived } from "../state/queue.js";

const PAUSE_MS = 3000;

/** @param {Client} client */
export function startLoading(client) {
  const asking = new Set();
  const look = () => {
    const { shown } = client;
    const idle = client.connection.state.name === "ready" && !asking.has(shown);
    if (!idle || !isWanting(client.state())) return;
    asking.add(shown);
    const again = () => {
      asking.delete(shown);
      look();
    };
    const later = () => setTimeout(again, PAUSE_MS);
    load(client, shown).then(later, later);
  };
  client.on("roomChanged", (key) => key === client.shown && look());
  client.on("shown", look);
  client.connection.on("greeted", look);
}

/**
 * Return whether the lists are not loaded, or a member has joined whose rank the event does not tell.
 * @param {RoomState} state
 */
function isWanting(state) {
  const members = Object.values(state.members ?? {});
  return myRank(state) > 0 && (!queueOf(state).loaded || members.some(({ rank }) => rank === undefined));
}

/** @param {Client} client @param {string} room */
async function load(client, room) {
  const ask = (/** @type {string} */ method) => client.connection.request(method, { room });
  const [members, sanctions, reports] = await Promise.all([
    ask("member.list"),
    ask("sanction.list"),
    ask("report.list"),
  ]);
  client.dispatch(room, { type: "members", members: members.members, people: members.people });
  const people = { ...members.people, ...sanctions.people, ...reports.people };
  const lists = { waiting: members.waiting ?? [], sanctions: sanctions.sanctions, reports: reports.reports, people };
  client.dispatch(room, { type: "app", change: (state) => queueReceived(state, lists) });
}
