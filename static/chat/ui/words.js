/** Texts of the page in its language: one flat catalogue with `{name}` as placeholders. */

import { isolated } from "../state/text.js";

const PLURAL = new Intl.PluralRules(document.documentElement.lang || "en");

/** @type {Record<string, string>} */
let catalogue = {};

/** @param {Record<string, string>} words */
export function learn(words) {
  catalogue = words;
}

/** @param {string} key @param {Record<string, string | number>} [values] @returns {string} */
export function say(key, values = {}) {
  const text = catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? isolated(values[name]) : whole));
}

/**
 * Return `key.one` or `key.other`, by the plural rules of the language; `{n}` is the number.
 * @param {string} key @param {number} n @param {Record<string, string | number>} [values] @returns {string}
 */
export function count(key, n, values = {}) {
  const form = `${key}.${PLURAL.select(n)}`;
  return say(form in catalogue ? form : `${key}.other`, { n, ...values });
}

const LIST = new Intl.ListFormat(document.documentElement.lang || "en");

/** Return names as one list in words: "Ana, Ben and Mei". @param {string[]} names @returns {string} */
export function listed(names) {
  return LIST.format(names.map(isolated));
}

/** @param {string} key @returns {boolean} */
export function knows(key) {
  return key in catalogue;
}

/** @type {Record<string, (problem: any) => string>} */
let explanations = {};

/**
 * Use these texts for problems that carry more than a name.
 * @param {Record<string, (problem: any) => string>} table by type of problem
 */
export function explainProblems(table) {
  explanations = table;
}

/** Return why something did not work, and what to do. @param {unknown} error @returns {string} */
export function errorText(error) {
  const problem =
    error instanceof Error && "data" in error
      ? /** @type {import("../../realtime/types.js").Problem} */ (error.data)
      : { type: "internal", status: 500 };
  return problemText(problem);
}

/** @param {import("../../realtime/types.js").Problem} problem @returns {string} */
export function problemText(problem) {
  const explained = explanations[problem.type]?.(problem);
  return explained || say(knows(`problem.${problem.type}`) ? `problem.${problem.type}` : "problem.internal", problem);
}
