/** Texts about decisions of moderation. */

/** @import {Room, RoomState, Rules} from "../../chat/state/types.js" */
/** @import {Problem} from "../../realtime/types.js" */
/** @import {AuditEntry, Preview, Report, Sanction} from "../state/types.js" */

import { personOf } from "../../chat/ui/face.js";
import { count, knows, say } from "../../chat/ui/words.js";
import { left, span, until } from "./times.js";

/** @param {RoomState} state @param {string | null | undefined} user @returns {string} */
export function nameOf(state, user) {
  return user ? personOf(state.people, user).name : say("by.nobody");
}

/** @param {string} rule @returns {string} */
export const ruleName = (rule) => (knows(`rule.${rule}`) ? say(`rule.${rule}`) : "");

/**
 * Return "by a host of this room · Spam · please stop". The rule "other" is left out.
 * @param {{rule: string, reason: string}} why @param {import("../state/types.js").ActingSide | null} [side]
 * @returns {string}
 */
export function because({ rule, reason }, side = null) {
  return [side ? say(`by.${side}`) : "", rule === "other" ? "" : ruleName(rule), reason].filter(Boolean).join(" · ");
}

/**
 * Return why a muted person cannot write, rename a room or change their name.
 * @param {{until?: number | null, by?: import("../state/types.js").ActingSide}} problem @returns {string}
 */
export function mutedInWords({ until: end = null, by = "host" }) {
  return say("problem.muted", { until: until(end), who: say(`by.${by}`) });
}

/** Return "one message every 30 seconds", or "" when slow mode is off. @param {Room | null} room @returns {string} */
export function pace(room) {
  const slow = room?.rules?.slow_s ?? 0;
  return slow > 0 ? say("rules.slow", { time: span(slow * 1000) }) : "";
}

/**
 * Return the banner over the timeline, or "" when no rule is on.
 * @param {Room | null} room @param {number} now @returns {string}
 */
export function rulesInWords(room, now) {
  if (room?.archived) return say("problem.archived");
  const rules = room?.rules;
  const facts = rules ? factsOf(rules, pace(room), now) : [];
  if (!rules || facts.length === 0) return "";
  const who = say(knows(`rules.set.${rules.by_rank}`) ? `rules.set.${rules.by_rank}` : "rules.set");
  return say(rules.panic_until ? "rules.panic" : "rules.sentence", { who, facts: facts.join(" · ") });
}

/**
 * Return the rules that are on. Slow mode is left out where only hosts write.
 * @param {Pick<Rules, "locked" | "guests_off" | "approval_until">} rules @param {string} slow @param {number} now
 * @returns {string[]}
 */
function factsOf({ locked, guests_off, approval_until }, slow, now) {
  const approval = Boolean(approval_until && approval_until > now);
  return [
    !locked && slow,
    locked && say("rules.locked"),
    guests_off && say("rules.guests_off"),
    approval && say("rules.approval"),
  ]
    .filter((fact) => typeof fact === "string" && fact !== "")
    .map(String);
}

/** Return "Muted · 4:32 left". @param {Sanction} sanction @param {number} now @returns {string} */
export function sanctionInWords({ kind, site, until: end, lifted, acknowledged_at }, now) {
  const place = site ? say("sanction.on_site") : "";
  return [say(`sanction.${kind}`), place, lifted ? say("sanction.lifted") : stillLeft(kind, end, acknowledged_at, now)]
    .filter(Boolean)
    .join(" · ");
}

/** @param {string} kind @param {number | null} end @param {number | null} read @param {number} now */
function stillLeft(kind, end, read, now) {
  if (kind === "warn") return say(read ? "sanction.read" : "sanction.unread");
  if (end === null) return say("time.for_ever");
  return end > now ? say("time.left", { time: left(end - now) }) : say("sanction.over");
}

/**
 * Return what else an action would do.
 * @param {RoomState} state @param {Preview} preview @param {{kind: string, user: string, remove: string}} chosen
 * @returns {string}
 */
export function previewInWords(state, { lines, guest, invite, match }, { kind, user, remove }) {
  const out = kind === "kick" || kind === "ban";
  return [
    kind === "ban" && remove !== "none" ? count("preview.lines", lines) : "",
    out && match ? opponent(state, match, user) : "",
    kind === "ban" && guest ? say("preview.guest") : "",
    kind === "ban" && guest && invite ? say("preview.invite") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {RoomState} state @param {NonNullable<Preview["match"]>} match @param {string} user */
function opponent(state, { seats }, user) {
  const other = seats.find((seat) => seat && seat.user !== user);
  if (!other) return say("preview.game");
  return other.user ? say("preview.game_with", { name: nameOf(state, other.user) }) : say("preview.game_bot");
}

/** Return "Mei banned Jonas · forever". @param {RoomState} state @param {AuditEntry} entry @returns {string} */
export function entryInWords(state, { act, by, user, detail }) {
  const key = detail?.on === false || detail?.yes === false ? `audit.${act}.no` : `audit.${act}`;
  const sentence = say(knows(key) ? key : "audit.other", {
    who: by ? nameOf(state, by) : say("by.clock"),
    whom: nameOf(state, user),
    act,
  });
  return [sentence, ...detailOf(act, detail)].join(" · ");
}

/** @param {string} act @param {any} detail @returns {string[]} */
function detailOf(act, detail) {
  if (act === "sanction.mute" || act === "sanction.ban")
    return [detail?.site ? say("sanction.on_site") : "", until(detail?.until ?? null)].filter(Boolean);
  if (act !== "room.restrict" || !detail?.after) return [];
  const { slow_s, ...after } = detail.after;
  const slow = slow_s > 0 ? say("rules.slow", { time: span(slow_s * 1000) }) : "";
  const facts = factsOf(after, slow, 0);
  return facts.length > 0 ? facts : [say("rules.nothing")];
}

/**
 * Return who did it first, when two hosts do the same.
 * @param {RoomState} state @param {Problem} problem @returns {string}
 */
export function whoWasFirst(state, problem) {
  const { sanction, report } = /** @type {{sanction?: Sanction, report?: Report}} */ (problem);
  const by = report?.closed?.by ?? sanction?.lifted?.by ?? sanction?.by;
  if (!by) return say("problem.already_done");
  return by === state.me ? say("already.you") : say("already.other", { who: nameOf(state, by) });
}
