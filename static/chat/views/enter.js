/** Entry form: the face beside the name shows the choice. The form works without this. */

import { part } from "../ui/dom.js";
import { paintFace } from "../ui/face.js";
import { attach } from "../ui/menu.js";

/** @param {HTMLFormElement} form */
export function startEnter(form) {
  const face = part(form, "button.enter-face", HTMLElement);
  const name = part(form, "[name=name]", HTMLInputElement);
  const paint = () => {
    const data = new FormData(form);
    paintFace(face, {
      name: name.value || "?",
      face: String(data.get("face") ?? ""),
      colour: Number(data.get("colour")),
    });
  };
  form.addEventListener("input", paint);
  attach(part(form, "[popover]", HTMLElement), face);
  paint();
  name.select();
}
