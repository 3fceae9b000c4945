/** A person's face: an emoji, or initials, on their colour. */

/** @import {Person} from "../realtime/types.js" */

/** @type {Person} */
const UNKNOWN = { name: "…", face: "", colour: 8, rev: -1 };

/** @param {Record<string, Person>} people @param {string | null} id @returns {Person} */
export function personOf(people, id) {
  return (id && people[id]) || UNKNOWN;
}

/** One or two letters; one sign for scripts written without spaces. @param {string} name @returns {string} */
export function initials(name) {
  const words = name.trim().split(/[\s\-_.]+/u).filter(Boolean);
  const signs = words.map((word) => [...word][0]);
  if (/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(name)) return [...name.trim()][0];
  return (signs.length > 1 ? signs[0] + signs[1] : [...(words[0] ?? "?")].slice(0, 2).join("")).toUpperCase();
}

/** @param {HTMLElement} element @param {Pick<Person, "name" | "face" | "colour">} person */
export function paintFace(element, person) {
  element.dataset.colour = String(person.colour);
  element.classList.toggle("emoji", person.face !== "");
  element.textContent = person.face || initials(person.name);
}
