/** Plug of moderation, and how its parts work together. */

/** @import {Client} from "../chat/client/client.js" */
/** @import {Plug, PlugPage, PlugParts} from "../chat/client/plugs.js" */

import { myRank } from "../chat/state/selectors.js";
import { say } from "../chat/ui/words.js";
import { isDirect } from "../chat/views/room_list.js";
import { startLoading } from "./client/loading.js";
import { moderationState } from "./state/events.js";
import { mutedInWords, pace } from "./ui/sentences.js";
import { wait } from "./ui/times.js";
import { menuActions } from "./views/actions.js";
import { ActiveSanctions } from "./views/active_sanctions.js";
import { AppealDialog } from "./views/appeal_dialog.js";
import { AuditLog } from "./views/audit_log.js";
import { Banner } from "./views/banner.js";
import { Commands } from "./views/commands.js";
import { ComposerLock } from "./views/composer_lock.js";
import { DEPARTURES, startDepartures } from "./views/departures.js";
import { ReportDialog } from "./views/report_dialog.js";
import { ReportList } from "./views/reports.js";
import { RoomRules } from "./views/room_rules.js";
import { SafetyPanel } from "./views/safety_panel.js";
import { SanctionDialog } from "./views/sanction_dialog.js";
import { WaitingList } from "./views/waiting_list.js";

/** @type {Plug} */
export const moderation = {
  name: "moderation",
  ...moderationState,
  departures: DEPARTURES,
  problems: {
    muted: mutedInWords,
    quota: (problem) => say("problem.quota", { wait: wait(problem.retry_after_ms) }),
  },
  start(page) {
    new Banner(page.client, page.scroll).start();
    return page.client.me ? startForPeople(page) : {};
  },
};

/** Start what a logged-in person sees. @param {PlugPage} page @returns {PlugParts} */
function startForPeople({ client, sidePanel, navigation, join }) {
  const commands = new Commands(client);
  const [sanction, report, appeal] = [
    new SanctionDialog(client, commands),
    new ReportDialog(client),
    new AppealDialog(client),
  ];
  const lock = new ComposerLock(client, { appeal: (key) => appeal.open(key) });
  const parts = [new RoomRules(client, commands), new WaitingList(client, commands)];
  const room = {
    start: () => parts.forEach((part) => part.start()),
    paint: () => parts.forEach((part) => part.paint()),
  };
  const queue = new ReportList(client, commands, {
    moderate: (user, message, report) => sanction.open(user, message, report),
  });
  const safety = new SafetyPanel(client, sidePanel, {
    room,
    reports: queue,
    sanctions: new ActiveSanctions(client, commands),
    log: new AuditLog(client),
  });
  for (const part of [sanction, report, appeal, lock, safety]) part.start();
  startDepartures(client, sidePanel, (key) => navigation.go(key));
  startLoading(client);
  return {
    ...menuActions(client, {
      moderate: (user, message) => sanction.open(user, message),
      report: (message) => report.open(message),
    }),
    roomActions: () => ({
      safety: {
        act: () => safety.open(),
        isOffered: (state) => !(state.room && isDirect(state.room)) && myRank(state) > 0,
      },
      moderate: {
        act: () => join().then(() => safety.open()),
        isOffered: ({ room }) => Boolean(room?.public) && room?.role === null,
      },
    }),
    locksComposer: () => lock.closed !== null,
    waitText: () => slowWords(client),
    report: (message, place) => report.open(message, place),
  };
}

/** Return the text below the composer while a message waits. @param {Client} client */
function slowWords(client) {
  const { room } = client.state();
  return pace(room) ? say("composer.slow_mode", { pace: pace(room) }) : say("composer.slow");
}
