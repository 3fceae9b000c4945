/** Dialog in which a guest sets a password. The timeline goes on behind it. */

import { dialog } from "../ui/dialog.js";
import { byId, part } from "../ui/dom.js";
import { startReveals } from "../ui/reveal.js";
import { toast } from "../ui/toast.js";
import { errorText, say } from "../ui/words.js";

/** Start the dialog. Only the pages of guests have it. */
export function startKeepName() {
  if (!document.getElementById("keep-dialog")) return;
  const keep = dialog("keep-dialog");
  const form = part(keep, "form", HTMLFormElement);
  const button = part(form, "[data-submit]", HTMLButtonElement);
  startReveals(keep);
  byId("keep-name", HTMLElement).addEventListener("click", (event) => {
    event.preventDefault();
    byId("profile-dialog", HTMLDialogElement).close();
    part(form, "[name=username]", HTMLInputElement).value = part(document, ".me-name", HTMLElement).textContent ?? "";
    keep.showModal();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const problems = await asked(form);
    button.disabled = false;
    if (!shown(form, problems)) return;
    form.reset();
    keep.close();
    byId("guest-ways", HTMLElement).hidden = true;
    byId("account-ways", HTMLElement).hidden = false;
    toast(say("keep.kept"));
  });
}

/**
 * Show each problem beside its field and the others below, and focus the first wrong field. Return whether there are
 * none.
 * @param {HTMLFormElement} form @param {Record<string, string>} problems by field, "" for the form @returns {boolean}
 */
function shown(form, problems) {
  for (const place of form.querySelectorAll("[data-problem]")) {
    if (place instanceof HTMLElement) place.textContent = problems[place.dataset.problem ?? ""] ?? "";
  }
  const fields = [...form.elements].filter((field) => field instanceof HTMLInputElement && field.type !== "hidden");
  for (const field of fields) field.toggleAttribute("aria-invalid", false);
  const wrong = fields.filter((field) => problems[/** @type {HTMLInputElement} */ (field).name]);
  for (const field of wrong) field.setAttribute("aria-invalid", "true");
  if (wrong[0] instanceof HTMLElement) wrong[0].focus();
  return Object.keys(problems).length === 0;
}

/**
 * Submit the form, and return the problems as texts.
 * @param {HTMLFormElement} form @returns {Promise<Record<string, string>>}
 */
async function asked(form) {
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(
    () => null,
  );
  if (answer?.ok) return {};
  if (answer?.status === 429) return { "": say("keep.slow") };
  if (answer?.status !== 422) return { "": errorText(null) };
  const { errors, csrf } = /** @type {{errors: Record<string, string[]>, csrf?: string}} */ (await answer.json());
  if (csrf) part(form, "[name=csrfmiddlewaretoken]", HTMLInputElement).value = csrf; // the next attempt needs the new token
  return Object.fromEntries(
    Object.entries(errors).map(([name, words]) => [name === "__all__" ? "" : name, words.join(" ")]),
  );
}
