/** Native dialogs: opened, filled and submitted. They close when it worked, and show the error when it did not. */

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

/**
 * Call `submitted` when the form is submitted, and show its error below the fields. The form does not close by itself.
 * @param {HTMLFormElement} form @param {(data: FormData) => Promise<unknown>} submitted
 */
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

/**
 * Choose a value, also an empty one, which `RadioNodeList.value` cannot.
 * @param {RadioNodeList} radios @param {string} value
 */
function choose(radios, value) {
  for (const radio of radios) if (radio instanceof HTMLInputElement) radio.checked = radio.value === value;
}
