/** ReportList shows the reports, open ones first, with the message and the actions. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Message} from "../../chat/state/types.js" */
/** @import {Report} from "../state/types.js" */
/** @import {Commands} from "./commands.js" */

import { isAbove } from "../../chat/state/selectors.js";
import { find } from "../../chat/state/window.js";
import { byId, clone, part } from "../../chat/ui/dom.js";
import { when } from "../../chat/ui/time.js";
import { say } from "../../chat/ui/words.js";
import { closedReports, openReports } from "../state/queue.js";
import { quote } from "../ui/fields.js";
import { KeyedList } from "../ui/keyed_list.js";
import { nameOf, ruleName } from "../ui/sentences.js";
import { ContextView } from "./context_view.js";

/** @typedef {{moderate: (user: string, message: Message | null, report: Report) => void}} QueueAsked */

export class ReportList {
  #client;
  #commands;
  #asked;
  #list;

  /** @param {Client} client @param {Commands} commands @param {QueueAsked} asked */
  constructor(client, commands, asked) {
    this.#client = client;
    this.#commands = commands;
    this.#asked = asked;
    this.#list = new KeyedList(byId("reports-list", HTMLElement), {
      build: (report) => this.#build(report),
      paint: (row, report) => this.#paintRow(row, report),
    });
  }

  start() {}

  paint() {
    const state = this.#client.state();
    const all = [...openReports(state), ...closedReports(state)];
    byId("reports-none", HTMLElement).hidden = openReports(state).length > 0;
    this.#list.show(all.map((report) => ({ key: report.report, item: report })));
  }

  /** @param {Report} report @returns {HTMLElement} */
  #build(report) {
    const row = clone("report-template");
    const { user } = report;
    const on = (/** @type {string} */ act, /** @type {() => void} */ done) =>
      part(row, `[data-act=${act}]`, HTMLElement).addEventListener("click", done);
    on("delete", () =>
      this.#commands.deleteReported(report).catch((error) => this.#commands.refused(this.#client.shown, error)),
    );
    on("moderate", () => user && this.#asked.moderate(user, this.#messageOf(report), report));
    on("handled", () => this.#commands.close(report.report, "handled"));
    on("dismissed", () => this.#commands.close(report.report, "dismissed"));
    new ContextView(this.#client, row, report).start();
    return row;
  }

  /**
   * Return the reported message. Outside the window only its offset is known.
   * @param {Report} report @returns {Message}
   */
  #messageOf({ o, user, at }) {
    const unknown = {
      o,
      n: 0,
      at,
      by: user,
      kind: "text",
      data: null,
      edited: null,
      removed: { by: "", at },
      touched: 0,
    };
    return find(this.#client.state(), o) ?? unknown;
  }

  /** @param {HTMLElement} row @param {Report} report */
  #paintRow(row, report) {
    const state = this.#client.state();
    const message = find(state, report.o);
    const may = report.user !== null && isAbove(state, report.user);
    row.classList.toggle("over", report.closed !== null);
    part(row, ".case-title", HTMLElement).textContent = [ruleName(report.rule), nameOf(state, report.user)].join(" · ");
    part(row, ".case-about", HTMLElement).textContent = say("report.by", {
      who: nameOf(state, report.by),
      time: when(report.at),
    });
    part(row, ".case-reason", HTMLElement).textContent = report.reason;
    quote(part(row, ".quoted", HTMLElement), message);
    part(row, ".case-acts", HTMLElement).hidden = report.closed !== null;
    part(row, "[data-act=delete]", HTMLElement).hidden = !may || Boolean(message?.removed);
    part(row, "[data-act=moderate]", HTMLElement).hidden = !may;
    part(row, ".case-end", HTMLElement).textContent = report.closed
      ? say(`report.${report.state}`, { who: nameOf(state, report.closed.by) })
      : "";
  }
}
