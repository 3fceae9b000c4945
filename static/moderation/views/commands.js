/** Commands of hosts to the server. Each tells what was done and offers an undo, or tells who was first. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {Rules} from "../../chat/state/types.js" */
/** @import {Decision, Report, Sanction} from "../state/types.js" */

import { toast } from "../../chat/ui/toast.js";
import { errorText, say } from "../../chat/ui/words.js";
import { RequestError } from "../../realtime/protocol.js";
import { queueOf, reportReceived, sanctionReceived } from "../state/queue.js";
import { nameOf, whoWasFirst } from "../ui/sentences.js";
import { span } from "../ui/times.js";

/** @param {unknown} error */
export function isAlreadyDone(error) {
  return error instanceof RequestError && error.type === "already_done";
}

export class Commands {
  #client;

  /** @param {Client} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Carry out the decision of a dialog. Errors go to the dialog.
   * @param {string} user @param {Decision} decision
   * @param {Report | null} [report] the report that the decision closes
   */
  async decide(user, decision, report = null) {
    const room = this.#client.shown;
    if (decision.kind === "delete") await this.removeMessage(room, decision);
    else await this.#sanction(room, user, decision);
    this.#resolve(room, report);
  }

  /** @param {string} room @param {string} user @param {Decision} decision */
  async #sanction(room, user, decision) {
    const { alsoDelete, ...wanted } = decision;
    const { o } = await this.#client.act("sanction.make", { room, user, ...wanted });
    const deleted = alsoDelete && (await this.#alsoDelete(room, decision));
    const values = { name: nameOf(this.#client.state(room), user), time: span(decision.duration_ms) };
    const key = decision.kind === "ban" && decision.duration_ms === null ? "done.ban_ever" : `done.${decision.kind}`;
    toast(say(key, values), { word: say("undo"), act: () => this.#undo(room, o, deleted ? decision.o : null) });
  }

  /**
   * Delete the message as well. It may be deleted already, with the person or by another host.
   * @param {string} room @param {Decision} decision @returns {Promise<boolean>}
   */
  #alsoDelete(room, { o, reason, rule }) {
    return this.#client.act("message.delete", { room, o, reason, rule }).then(
      () => true,
      () => false,
    );
  }

  /** @param {string} room @param {{o: number | null, reason?: string, rule?: string}} what */
  async removeMessage(room, { o, reason = "", rule = "other" }) {
    await this.#client.act("message.delete", { room, o, reason, rule });
    toast(say("deleted"), { word: say("undo"), act: () => this.#client.send("message.restore", { room, o }) });
  }

  /** Delete the reported message and close the report. @param {Report} report */
  async deleteReported(report) {
    const room = this.#client.shown;
    await this.removeMessage(room, { o: report.o, rule: report.rule });
    this.#resolve(room, report);
  }

  /** Close the report, if nobody has closed it yet. @param {string} room @param {Report | null} report */
  #resolve(room, report) {
    if (!report || report.closed) return;
    this.#client.act("report.close", { room, report: report.report, outcome: "handled", reason: "" }).catch(() => {});
  }

  /** @param {Sanction} sanction */
  lift({ sanction }) {
    return this.#done("sanction.lift", { sanction, reason: "" }, say("done.lifted"));
  }

  /** @param {Sanction} sanction @param {boolean} granted */
  answer({ sanction }, granted) {
    return this.#done(
      "sanction.answer",
      { sanction, granted, reason: "" },
      say(granted ? "done.granted" : "done.kept"),
    );
  }

  /** @param {string} report @param {"handled" | "dismissed"} outcome */
  close(report, outcome) {
    return this.#done("report.close", { report, outcome, reason: "" }, say(`done.${outcome}`));
  }

  /** @param {string} user @param {boolean} yes */
  admit(user, yes) {
    const values = { name: nameOf(this.#client.state(), user) };
    return this.#done("member.admit", { user, yes }, say(yes ? "done.admitted" : "done.turned_away", values));
  }

  /** @param {boolean} on */
  panic(on) {
    return this.#done("room.panic", { on }, say(on ? "done.panic" : "done.calm"));
  }

  /** @param {Pick<Rules, "slow_s" | "locked" | "guests_off"> & {approval: boolean}} rules @param {() => void} [undo] */
  restrict(rules, undo) {
    return this.#done("room.restrict", { ...rules, reason: "" }, say("saved"), undo);
  }

  /**
   * @param {string} method @param {Record<string, any>} params @param {string} words @param {() => void} [undo]
   * @returns {Promise<boolean>}
   */
  async #done(method, params, words, undo) {
    const room = this.#client.shown;
    try {
      await this.#client.act(method, { room, ...params });
      toast(words, undo && { word: say("undo"), act: undo });
      return true;
    } catch (error) {
      this.refused(room, error);
      return false;
    }
  }

  /**
   * Show an error. When two hosts do the same, the second is told who was first.
   * @param {string} room @param {unknown} error
   */
  refused(room, error) {
    if (!(error instanceof RequestError) || !isAlreadyDone(error)) return toast(errorText(error));
    const { sanction, report } = error.data;
    if (sanction) this.#client.dispatch(room, { type: "app", change: (state) => sanctionReceived(state, sanction) });
    if (report) this.#client.dispatch(room, { type: "app", change: (state) => reportReceived(state, report) });
    toast(whoWasFirst(this.#client.state(room), error.data));
  }

  /**
   * Undo a sanction. The answer has only its offset; the event at that offset has its key.
   * @param {string} room @param {number} o @param {number | null} deleted the message that was deleted, too
   */
  async #undo(room, o, deleted) {
    const made = Object.values(queueOf(this.#client.state(room)).sanctions).find((one) => one.made === o);
    if (!made) return toast(say("problem.internal"));
    if (deleted !== null) this.#client.send("message.restore", { room, o: deleted });
    await this.#client.act("sanction.lift", { room, sanction: made.sanction, reason: "" }).then(
      () => toast(say("done.undone")),
      (error) => this.refused(room, error),
    );
  }
}
