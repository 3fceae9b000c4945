/**
 * Colour theme: light, dark or that of the system. A cookie keeps the choice, so that the server renders each page
 * with it.
 */

import { byId } from "./dom.js";

const KEPT_S = 365 * 24 * 60 * 60;

export function startTheme() {
  const choices = byId("themes", HTMLElement);
  const root = document.documentElement;
  const chosen = choices.querySelector(`[value="${root.dataset.theme ?? ""}"]`);
  if (chosen instanceof HTMLInputElement) chosen.checked = true;
  choices.addEventListener("change", ({ target }) => {
    const { value } = /** @type {HTMLInputElement} */ (target);
    if (value) root.dataset.theme = value;
    else delete root.dataset.theme;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain http
    document.cookie = `theme=${value}; path=/; max-age=${value ? KEPT_S : 0}; samesite=lax`;
  });
}
