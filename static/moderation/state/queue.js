/**
 * Moderation queue: people who wait, reports, sanctions. Lists and events may cross, and the later state of each wins.
 */

/** @import {RoomState} from "../../chat/state/types.js" */
/** @import {People} from "../../realtime/types.js" */
/** @import {ModerationQueue, Report, Sanction} from "./types.js" */

import { addPeople, markUnknown } from "../../chat/state/people.js";

/** @type {ModerationQueue} */
const EMPTY = { waiting: [], sanctions: {}, reports: {}, loaded: false };

/** @param {RoomState} state @returns {ModerationQueue} */
export function queueOf({ parts }) {
  return parts.queue ?? EMPTY;
}

/** @param {RoomState} state @param {Partial<ModerationQueue>} change @returns {RoomState} */
function withQueue(state, change) {
  return { ...state, parts: { ...state.parts, queue: { ...queueOf(state), ...change } } };
}

/**
 * Take the three lists of the server.
 * @param {RoomState} state
 * @param {{waiting: string[], sanctions: Sanction[], reports: Report[], people: People}} lists @returns {RoomState}
 */
export function queueReceived(state, { waiting, sanctions, reports, people }) {
  const known = addPeople(withQueue(state, { waiting, loaded: true }), people);
  return reports.reduce(
    reportReceived,
    sanctions.reduce((next, one) => sanctionReceived(next, one), known),
  );
}

/** @param {RoomState} state @param {Sanction} sanction @param {number} [made] @returns {RoomState} */
export function sanctionReceived(state, sanction, made) {
  const { sanctions } = queueOf(state);
  const old = sanctions[sanction.sanction];
  if (old && (progress(old) > progress(sanction) || (old.by && !sanction.by))) return state; // a sanctioned host gets it twice
  const known = { ...sanction, made: made ?? old?.made };
  const met = markUnknown(state, [sanction.user, sanction.by, sanction.lifted?.by]);
  return withQueue(met, { sanctions: { ...sanctions, [sanction.sanction]: known } });
}

/** Return how many facts a sanction has. It only gains facts. @param {Sanction} sanction */
function progress({ lifted, acknowledged_at, appeal }) {
  return [lifted, acknowledged_at, appeal, appeal?.answer].filter(Boolean).length;
}

/** @param {RoomState} state @param {Report} report @returns {RoomState} */
export function reportReceived(state, report) {
  const { reports } = queueOf(state);
  if (report.state === "open" && reports[report.report]?.closed) return state;
  const met = markUnknown(state, [report.user, report.by, report.closed?.by]);
  return withQueue(met, { reports: { ...reports, [report.report]: report } });
}

/** @param {RoomState} state @param {string} user @param {boolean} waits @returns {RoomState} */
export function waits(state, user, waits) {
  const others = queueOf(state).waiting.filter((other) => other !== user);
  if (!waits && others.length === queueOf(state).waiting.length) return state;
  return markUnknown(withQueue(state, { waiting: waits ? [...others, user] : others }), [user]);
}

/** Return the open reports, oldest first. @param {RoomState} state @returns {Report[]} */
export function openReports(state) {
  return Object.values(queueOf(state).reports)
    .filter(({ closed }) => !closed)
    .sort((a, b) => a.at - b.at);
}

/** Return the closed reports, newest first. @param {RoomState} state @returns {Report[]} */
export function closedReports(state) {
  return Object.values(queueOf(state).reports)
    .filter(({ closed }) => closed)
    .sort((a, b) => b.at - a.at);
}

/** @param {Sanction} sanction @param {number} now on the server's clock */
export function isInForce({ kind, lifted, until, acknowledged_at }, now) {
  if (lifted) return false;
  return kind === "warn" ? !acknowledged_at : until === null || until > now;
}

/**
 * Return the sanctions: those with an open appeal first, then the newest.
 * @param {RoomState} state @param {number} now @returns {{inForce: Sanction[], over: Sanction[]}}
 */
export function sanctionsOf(state, now) {
  const all = Object.values(queueOf(state).sanctions).sort(
    (a, b) => Number(asksForAnswer(b)) - Number(asksForAnswer(a)) || b.at - a.at,
  );
  return { inForce: all.filter((one) => isInForce(one, now)), over: all.filter((one) => !isInForce(one, now)) };
}

/** @param {Sanction} sanction */
export function asksForAnswer({ appeal, lifted }) {
  return Boolean(appeal && !appeal.answer && !lifted);
}

/** Return how many cases wait for a host. @param {RoomState} state @param {number} now @returns {number} */
export function openCount(state, now) {
  const appeals = sanctionsOf(state, now).inForce.filter(asksForAnswer).length;
  return openReports(state).length + queueOf(state).waiting.length + appeals;
}
