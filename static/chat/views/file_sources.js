/** Ways to give files to the room: the paste key, a drop anywhere on it, the button with its menu, the camera. */

/** @import {Attach} from "./attach.js" */

import { byId } from "../ui/dom.js";
import { attach as attachMenu, fill } from "../ui/menu.js";
import { toast } from "../ui/toast.js";
import { say } from "../ui/words.js";

/** A dropped file never replaces the page, also for a visitor, who cannot send files. @param {Attach | null} attach */
export function startFileSources(attach) {
  const taken = (/** @type {File[]} */ files) => {
    if (attach) attach.add(files);
    else if (document.getElementById("toasts")) toast(say("files.off"));
  };
  startDrop(attach, taken);
  startPaste(taken);
  if (attach) startButton(taken);
}

/** @param {Attach | null} attach @param {(files: File[]) => void} taken */
function startDrop(attach, taken) {
  const zone = document.getElementById("drop-zone");
  const show = (/** @type {boolean} */ on) => {
    if (zone) zone.hidden = !on;
  };
  addEventListener("dragover", (event) => {
    if (!isUnwanted(event)) return;
    event.preventDefault();
    if (hasFiles(event.dataTransfer)) show(attach !== null && attach.refusedBecause === null && !inDialog());
  });
  addEventListener("dragleave", (event) => event.relatedTarget === null && show(false));
  addEventListener("dragend", () => show(false));
  addEventListener("drop", (event) => {
    show(false);
    if (!isUnwanted(event)) return;
    event.preventDefault();
    if (hasFiles(event.dataTransfer) && !inDialog()) dropped(/** @type {DataTransfer} */ (event.dataTransfer), taken);
  });
}

/** @param {DataTransfer} data @param {(files: File[]) => void} taken */
function dropped(data, taken) {
  const items = [...data.items].filter(({ kind }) => kind === "file");
  const files = items.flatMap((item) => (item.webkitGetAsEntry?.()?.isDirectory ? [] : (item.getAsFile() ?? [])));
  if (files.length < items.length) toast(say("files.folder"));
  if (files.length > 0) taken(files);
}

/** @param {(files: File[]) => void} taken */
function startPaste(taken) {
  addEventListener("paste", (event) => {
    const { clipboardData, target } = event;
    const files = [...(clipboardData?.files ?? [])];
    const elsewhere = target instanceof HTMLElement && target.closest("dialog, input, textarea:not(#text)");
    if (files.length === 0 || elsewhere || inDialog() || isText(clipboardData, files)) return;
    event.preventDefault();
    taken(files);
  });
}

/**
 * Return whether the text is meant. Office programs and spreadsheets copy a picture of the text beside it; macOS copies
 * the name of a file beside the file.
 * @param {DataTransfer | null} data @param {File[]} files
 */
function isText(data, files) {
  const text = data?.getData("text/plain").trim() ?? "";
  const names = text.split(/[\r\n]+/).map((line) => line.split("/").at(-1));
  return text !== "" && !files.every(({ name }) => names.includes(name));
}

/** @param {(files: File[]) => void} taken */
function startButton(taken) {
  const button = byId("attach", HTMLButtonElement);
  const menu = byId("attach-menu", HTMLElement);
  const files = byId("attach-files", HTMLInputElement);
  const camera = byId("attach-camera", HTMLInputElement);
  for (const input of [files, camera])
    input.addEventListener("change", () => {
      taken([...(input.files ?? [])]);
      input.value = ""; // so that the same file can be chosen again
      byId("text", HTMLElement).focus({ preventScroll: true });
    });
  if (!matchMedia("(hover: none) and (pointer: coarse)").matches) {
    button.addEventListener("click", () => files.click());
    return;
  }
  fill(menu, [
    { icon: "camera", word: say("files.camera"), act: () => camera.click() },
    { icon: "attach", word: say("files.choose"), act: () => files.click() },
  ]);
  button.ariaHasPopup = "menu";
  button.ariaExpanded = "false";
  button.popoverTargetElement = menu;
  attachMenu(menu, button);
}

const inDialog = () => document.querySelector("dialog[open]") !== null;

/**
 * Return whether a drop must be prevented. Text may be dropped into a field; the browser would open anything else in
 * place of the page.
 * @param {DragEvent} event
 */
function isUnwanted({ dataTransfer, target }) {
  return hasFiles(dataTransfer) || !(target instanceof HTMLElement && target.closest("textarea, input"));
}

/** @param {DataTransfer | null} data */
function hasFiles(data) {
  return data?.types.includes("Files") ?? false;
}
