/** Cards of chance: dice, a coin, a choice. */

import { say } from "../../chat/ui/words.js";

/** @param {HTMLElement} body @param {{dice: string, rolls: number[], total: number}} data */
export function paintRoll(body, { dice, rolls, total }) {
  const bonus = Number(/[+-]\d+$/.exec(dice)?.[0] ?? 0);
  const sum = rolls.join(" + ") + (bonus ? ` ${bonus > 0 ? "+" : "−"} ${Math.abs(bonus)}` : "");
  body.textContent =
    sum === String(total) ? say("chance.roll_one", { dice, total }) : say("chance.roll", { dice, sum, total });
}

/** @param {HTMLElement} body @param {{side: "heads" | "tails"}} data */
export function paintFlip(body, { side }) {
  body.textContent = say(side === "heads" ? "chance.heads" : "chance.tails");
}

/** @param {HTMLElement} body @param {{options: string[], picked: string}} data */
export function paintPick(body, { options, picked }) {
  body.textContent = say("chance.pick", { picked, options: options.join(", ") });
}
