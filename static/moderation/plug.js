/** What moderation adds to the page, and how its parts hear of each other. */

/** @import {Client} from "../chat/client/client.js" */
/** @import {Scroll} from "../chat/ui/scroll.js" */
/** @import {Side} from "../chat/views/side_panel.js" */
import { EVENTS, LINE_EVENTS } from "../chat/state/events.js";
import { SIGNALS, SNAPSHOTS } from "../chat/state/store.js";
import { PROBLEMS, say } from "../chat/ui/words.js";
import { startLoading } from "./client/loading.js";
import { MODERATION_EVENTS, MODERATION_LINE_EVENTS, MODERATION_SIGNALS, standingCame } from "./state/events.js";
import { mutedInWords, pace } from "./ui/sentences.js";
import { wait } from "./ui/times.js";
import { addActs } from "./views/actions.js";
import { InForce } from "./views/active_sanctions.js";
import { AppealDialog } from "./views/appeal_dialog.js";
import { Log } from "./views/audit_log.js";
import { Banner } from "./views/banner.js";
import { Deeds } from "./views/commands.js";
import { Door } from "./views/composer_lock.js";
import { startDepartures } from "./views/departures.js";
import { ReportDialog } from "./views/report_dialog.js";
import { Queue } from "./views/reports.js";
import { Switches } from "./views/room_rules.js";
import { Safety } from "./views/safety_panel.js";
import { SanctionDialog } from "./views/sanction_dialog.js";
import { Waiting } from "./views/waiting_list.js";

/** Before anything of a room is read. */
export function registerModeration() {
  Object.assign(EVENTS, MODERATION_EVENTS);
  Object.assign(LINE_EVENTS, MODERATION_LINE_EVENTS);
  Object.assign(SIGNALS, MODERATION_SIGNALS);
  SNAPSHOTS.push(standingCame);
  PROBLEMS.muted = mutedInWords;
  PROBLEMS.quota = (problem) => say("problem.quota", { wait: wait(problem.retry_after_ms) });
}

/** For everybody who looks. @param {Client} client @param {Scroll} scroll */
export function startRules(client, scroll) {
  new Banner(client, scroll).start();
}

/** For who may talk. @param {Client} client @param {Side} side @param {(key: string) => void} go */
export function startModeration(client, side, go) {
  const deeds = new Deeds(client);
  const [sanction, report, appeal] = [
    new SanctionDialog(client, deeds),
    new ReportDialog(client),
    new AppealDialog(client),
  ];
  const door = new Door(client, { appeal: (key) => appeal.open(key) });
  const parts = [new Switches(client, deeds), new Waiting(client, deeds)];
  const room = {
    start: () => parts.forEach((part) => part.start()),
    paint: () => parts.forEach((part) => part.paint()),
  };
  const queue = new Queue(client, deeds, { moderate: (user, line, report) => sanction.open(user, line, report) });
  const safety = new Safety(client, side, {
    room,
    reports: queue,
    sanctions: new InForce(client, deeds),
    log: new Log(client),
  });
  for (const part of [sanction, report, appeal, door, safety]) part.start();
  addActs(client, { moderate: (user, line) => sanction.open(user, line), report: (line) => report.open(line) });
  startDepartures(client, side, go);
  startLoading(client);
  return {
    closed: () => door.closed !== null,
    slow: () => slowWords(client),
    open: () => safety.open(),
    report: report.open.bind(report),
  };
}

/** Under what one writes while it waits. @param {Client} client */
function slowWords(client) {
  const { room } = client.state();
  return pace(room) ? say("composer.slow_mode", { pace: pace(room) }) : say("composer.slow");
}
