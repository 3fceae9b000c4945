/** Files of the message that is written: pasted, dropped, chosen or taken with the camera. A part of the composer. */

/** @import {PendingRequest} from "../../realtime/types.js" */
/** @import {Client} from "../client/client.js" */
/** @import {Entry} from "../client/uploads.js" */
/** @import {SharedFile} from "../state/types.js" */
/** @import {ComposerPart} from "./composer_parts.js" */

import { uploadsOf } from "../client/file_posts.js";
import { isPreviewable, problemOf } from "../state/files.js";
import { byId } from "../ui/dom.js";
import { measured } from "../ui/picture_size.js";
import { toast } from "../ui/toast.js";
import { problemText, say } from "../ui/words.js";
import { AltDialog } from "./alt_dialog.js";
import { AttachmentList } from "./attachment_list.js";

/** `changed`: the part is about to change its height. @typedef {{changed: (change: () => void) => void}} AttachHandlers */

/** @implements {ComposerPart} */
export class Attach {
  #box = byId("attachments", HTMLElement);
  #problem = byId("attach-problem", HTMLElement);
  #alt;
  #list;
  #client;
  #handlers;
  #saidUnstored = false;

  /** @param {Client} client @param {AttachHandlers} handlers */
  constructor(client, handlers) {
    this.#client = client;
    this.#handlers = handlers;
    this.#alt = new AltDialog(client.uploads);
    this.#list = new AttachmentList(client.uploads, {
      describe: (cid) => this.#alt.open(cid),
      remove: (cid) => this.#remove(cid),
    });
  }

  start() {
    const { uploads } = this.#client;
    uploads.on("listed", (room) => room === this.#client.shown && this.#paint());
    uploads.on("changed", (cid) => this.#list.progressed(cid));
    uploads.on("unstored", () => this.#unstored());
    this.#client.on("shown", () => this.#shown());
    this.#alt.start();
    this.#paint();
  }

  /** Return why no files can be added to this room now, as a key of the words, or null. @returns {string | null} */
  get refusedBecause() {
    const { room } = this.#client.state();
    if (!this.#client.boot.files) return "files.off";
    if (!room?.role) return "files.join";
    if (byId("composer", HTMLElement).hidden) return "files.locked";
    if (byId("composer", HTMLElement).hasAttribute("data-editing")) return "files.editing";
    return null;
  }

  /** Take files, or say why not. @param {File[]} files */
  async add(files) {
    const { boot, shown, uploads } = this.#client;
    const because = this.refusedBecause;
    if (because || !boot.files) return toast(say(because ?? "files.off"));
    const limits = boot.files;
    const free = Math.max(0, limits.message_files - uploads.drafts(shown).length);
    const problems = files.slice(0, free).map((file) => problemOf(file, limits));
    const taken = files.slice(0, free).filter((_, n) => problems[n] === null);
    const refused = files.flatMap((file, n) => {
      const problem = problems[n];
      return problem ? [say("files.refused", { name: file.name, why: problemText(problem) })] : [];
    });
    if (files.length > free)
      refused.push(problemText({ type: "too_many_files", status: 422, most: limits.message_files }));
    this.#tell(refused);
    for (const file of taken) this.#add(shown, file);
  }

  /** @returns {{files?: SharedFile[]}} */
  params() {
    const files = this.#sendable.map(({ record: { cid, name, type, size, alt, w, h } }) => ({
      upload: cid,
      name,
      type,
      size,
      alt,
      ...(w && h && { w, h }),
    }));
    return files.length > 0 ? { files } : {};
  }

  isEmpty() {
    return this.#sendable.length === 0;
  }

  sent() {
    this.#client.uploads.markSent(this.#sendable.map(({ record }) => record.cid));
    this.#tell([]);
  }

  /** @param {PendingRequest} pending */
  restore(pending) {
    const { uploads } = this.#client;
    const cids = uploadsOf(pending);
    if (pending.problem?.type === "no_file") for (const cid of cids) uploads.retry(cid);
    uploads.markDraft(cids);
  }

  /** A file that the server has refused stays here until its person removes it. @returns {Entry[]} */
  get #sendable() {
    return this.#client.uploads.drafts(this.#client.shown).filter(({ progress }) => progress.phase !== "failed");
  }

  /** @param {string} room @param {File} file */
  async #add(room, file) {
    const cid = this.#client.uploads.add(room, file);
    if (!isPreviewable(file.type)) return;
    const size = await measured(this.#client.uploads.pictures.address(cid, file));
    if (size) this.#client.uploads.describe(cid, size);
  }

  /** @param {string} cid */
  #remove(cid) {
    this.#client.uploads.remove(cid);
    byId("text", HTMLElement).focus();
  }

  #shown() {
    this.#problem.textContent = "";
    this.#paint();
  }

  /** @param {string[]} lines */
  #tell(lines) {
    this.#handlers.changed(() => {
      this.#problem.replaceChildren(
        ...lines.flatMap((line, n) => (n > 0 ? [document.createElement("br"), line] : [line])),
      );
      this.#showBox();
    });
  }

  #paint() {
    this.#handlers.changed(() => {
      this.#list.show(this.#client.uploads.drafts(this.#client.shown));
      this.#showBox();
    });
  }

  #showBox() {
    this.#box.hidden = this.#list.isEmpty && this.#problem.textContent === "";
  }

  #unstored() {
    if (!this.#saidUnstored) toast(say("files.unstored"));
    this.#saidUnstored = true;
  }
}
