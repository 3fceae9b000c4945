/** A guest sets a password in a dialog: the talk goes on behind it, on the same line and the same login session. */

import { dialog } from "./dialog.js";
import { byId, part } from "./dom.js";
import { startReveals } from "./reveal.js";
import { toast } from "./toast.js";
import { refusal, say } from "./words.js";

/** Who has an account has no such dialog. */
export function startKeepName() {
  if (!document.getElementById("keep-dialog")) return;
  const keep = dialog("keep-dialog");
  const form = part(keep, "form", HTMLFormElement);
  const problem = part(form, ".problem", HTMLElement);
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
    problem.textContent = await asked(form);
    button.disabled = false;
    if (problem.textContent) return;
    form.reset();
    keep.close();
    byId("guest-ways", HTMLElement).hidden = true;
    byId("account-ways", HTMLElement).hidden = false;
    toast(say("keep.kept"));
  });
}

/** Why not, in words; nothing when it is done. @param {HTMLFormElement} form @returns {Promise<string>} */
async function asked(form) {
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) return "";
  if (answer?.status === 429) return say("keep.slow");
  if (answer?.status !== 422) return refusal(null);
  const { errors, csrf } = /** @type {{errors: Record<string, string[]>, csrf?: string}} */ (await answer.json());
  if (csrf) part(form, "[name=csrfmiddlewaretoken]", HTMLInputElement).value = csrf; // the next try has a fresh one
  return Object.values(errors).flat().join(" ");
}
