/** Button beside a password field that shows the typed password. It stays hidden without scripts. */

import { byId } from "./dom.js";

/** @param {HTMLElement} where */
export function startReveals(where) {
  for (const button of where.querySelectorAll("[data-reveal]")) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const field = byId(button.dataset.reveal ?? "", HTMLInputElement);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      field.focus();
    });
    field.form?.addEventListener("submit", () => (field.type = "password"));
  }
}
