/**
 * Departures tells a kicked or banned person by whom and until when. The page of the room tells why, and takes the
 * appeal.
 */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {SidePanel} from "../../chat/views/side_panel.js" */
/** @import {RoomLeft} from "../../realtime/types.js" */

import { byId } from "../../chat/ui/dom.js";
import { notice } from "../../chat/ui/notice.js";
import { say } from "../../chat/ui/words.js";
import { queueOf } from "../state/queue.js";
import { because } from "../ui/sentences.js";
import { until as untilWords } from "../ui/times.js";

/** Reasons for leaving a room that are told here. */
export const DEPARTURES = ["kicked", "banned"];

/** @param {Client} client @param {SidePanel} sidePanel @param {(key: string) => void} go */
export function startDepartures(client, sidePanel, go) {
  /** @type {Map<string, string>} the notice of each room that the reader was removed from */
  const out = new Map();
  client.on("left", (left) => {
    if (!DEPARTURES.includes(left.reason)) return;
    const words = why(client, left) || out.get(left.room) || "";
    out.set(left.room, words);
    if (left.room === client.shown) sidePanel.close();
    tell(client, left.room, left.reason, words);
  });
  client.on(
    "refused",
    (room, { type, data }) =>
      room === client.shown && type === "banned" && tell(client, room, "banned", untilWords(data.until ?? null)),
  );
  client.connection.on("stopped", ({ reason }) =>
    byId("talk", HTMLElement).toggleAttribute("data-out", reason === "banned"),
  );
  client.on("listChanged", () => {
    const back = client.list.find(({ key }) => out.delete(key));
    if (back?.key === client.shown) returned(client, go, back.key);
  });
}

/**
 * Return why the reader was removed. The event of the sanction arrives just before.
 * @param {Client} client @param {RoomLeft} left @returns {string}
 */
function why(client, { room, until }) {
  const state = client.state(room);
  const all = Object.values(queueOf(state).sanctions).filter(
    ({ user, kind }) => user === client.me && (kind === "kick" || kind === "ban"),
  );
  const sanction = all.sort((a, b) => b.at - a.at)[0];
  if (!sanction) return until ? untilWords(until) : "";
  return [because(sanction, sanction.side), untilWords(sanction.until)].join(" · ");
}

/** @param {Client} client @param {string} room @param {string} reason @param {string} why */
function tell(client, room, reason, why) {
  const name = client.state(room).room?.name ?? client.list.find(({ key }) => key === room)?.name;
  notice(`left.${reason}`, () => location.assign(`/r/${room}/`), { room: name || say("left.this_room"), why });
}

/**
 * Show the room again after a sanction is undone, as if the reader had just entered.
 * @param {Client} client @param {(key: string) => void} go @param {string} key
 */
function returned(client, go, key) {
  document.querySelector(".notice")?.remove();
  client.show(key);
  go(key);
}
