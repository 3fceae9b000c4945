/** Native dialogs: opened, filled, sent off, closed when it worked and told what to do when it did not. */

import { byId, part } from "./dom.js";
import { errorText } from "./words.js";

/** @param {string} id @returns {HTMLDialogElement} */
export function dialog(id) {
  const element = byId(id, HTMLDialogElement);
  for (const button of element.querySelectorAll("[data-close]"))
    button.addEventListener("click", () => element.close());
  element.addEventListener("click", ({ target }) => target === element && element.close());
  return element;
}

/** The form closes nothing by itself: `submitted` first, and its errorText stands below the fields.
 * @param {HTMLFormElement} form @param {(data: FormData) => Promise<unknown>} submitted */
export function onSubmit(form, submitted) {
  const problem = part(form, ".problem", HTMLElement);
  const button = part(form, "[data-submit]", HTMLButtonElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    try {
      await submitted(new FormData(form));
    } catch (error) {
      problem.textContent = errorText(error);
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {FormData} data @param {string} name @returns {string} */
export function field(data, name) {
  return String(data.get(name) ?? "").trim();
}

/** @param {HTMLFormElement} form @param {Record<string, string>} values */
export function fillForm(form, values) {
  form.reset();
  part(form, ".problem", HTMLElement).textContent = "";
  for (const [name, value] of Object.entries(values)) {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLInputElement) control.value = value;
    if (control instanceof RadioNodeList) choose(control, value);
  }
}

/** RadioNodeList.value cannot choose an empty value. @param {RadioNodeList} radios @param {string} value */
function choose(radios, value) {
  for (const radio of radios) if (radio instanceof HTMLInputElement) radio.checked = radio.value === value;
}
