/** Account pages: a button shows the typed password, and a log-out deletes the data in the browser. */

import { startReveals } from "./chat/ui/reveal.js";
import { forgetWhoLeft, hasUnsent, leaving } from "./realtime/browser_data.js";

startReveals(document.body);

const me = document.querySelector("meta[name=parlor-user]")?.getAttribute("content") || null;
forgetWhoLeft(me);
for (const form of me ? document.querySelectorAll("form[data-leaves]") : []) {
  form.addEventListener("submit", () => leaving(/** @type {string} */ (me)));
}
const warning = document.querySelector("[data-unsent]");
if (me && warning instanceof HTMLElement) hasUnsent(me).then((unsent) => (warning.hidden = !unsent));
