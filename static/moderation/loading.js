/** The lists that hosts look after are asked for once a room is known, and again after a snapshot: events keep them from then on. */

/** @import {Client} from "../chat/client.js" */
import { myRank } from "../chat/selectors.js";
import { deskCame, deskOf } from "./desk.js";

const PAUSE_MS = 3000;

/** @param {Client} client */
export function startLoading(client) {
  const asking = new Set();
  const look = () => {
    const { shown } = client;
    const state = client.state();
    const idle = client.connection.state.name === "ready" && !asking.has(shown);
    if (!idle || myRank(state) < 1 || deskOf(state).loaded) return;
    asking.add(shown);
    load(client, shown).then(
      () => asking.delete(shown),
      () => setTimeout(() => asking.delete(shown), PAUSE_MS),
    );
  };
  client.on("roomChanged", (key) => key === client.shown && look());
  client.on("shown", look);
  client.connection.on("greeted", look);
}

/** @param {Client} client @param {string} room */
async function load(client, room) {
  const ask = (/** @type {string} */ method) => client.connection.request(method, { room });
  const [members, sanctions, reports] = await Promise.all([ask("member.list"), ask("sanction.list"), ask("report.list")]);
  client.dispatch(room, { type: "members", members: members.members, people: members.people });
  const people = { ...members.people, ...sanctions.people, ...reports.people };
  const lists = { waiting: members.waiting ?? [], sanctions: sanctions.sanctions, reports: reports.reports, people };
  client.dispatch(room, { type: "app", change: (state) => deskCame(state, lists) });
}
