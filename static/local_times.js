/** Pages without a connection: times in the reader's zone and form. */

import { date, short } from "./chat/ui/time.js";

const FORMS = { day: date, time: short };

for (const element of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-local]"))) {
  const form = FORMS[/** @type {keyof typeof FORMS} */ (element.dataset.local)];
  element.textContent = form(Date.parse(element.dateTime));
}
