/** Local times on pages without a connection: in the reader's time zone and format. */

import { date, short } from "./chat/ui/time.js";

const FORMS = { day: date, time: short };

for (const element of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-local]"))) {
  const form = FORMS[/** @type {keyof typeof FORMS} */ (element.dataset.local)];
  element.textContent = form(Date.parse(element.dateTime));
}
