/** Face of a person: an emoji or initials, on their colour. */

/** @import {Person} from "../../realtime/types.js" */

import { say } from "./words.js";

/** A deleted account leaves this name; the key in it is for the database only. */
const DELETED = /^Deleted user [A-Za-z0-9]{8}$/;
/** @type {WeakMap<Person, Person>} */
const deleted = new WeakMap();
/** @type {Person} */
const UNKNOWN = { name: "…", face: "", colour: 8, rev: -1 };

/** @param {Record<string, Person>} people @param {string | null} id @returns {Person} */
export function personOf(people, id) {
  const person = (id && people[id]) || UNKNOWN;
  return DELETED.test(person.name) ? nobody(person) : person;
}

/**
 * Return the same object for the same person, because a row is painted again when the object is another one.
 * @param {Person} person @returns {Person}
 */
function nobody(person) {
  const known = deleted.get(person) ?? { ...person, name: say("people.deleted") };
  deleted.set(person, known);
  return known;
}

/** Return one or two letters, or one character for scripts without spaces. @param {string} name @returns {string} */
export function initials(name) {
  const words = name
    .trim()
    .split(/[\s\-_.]+/u)
    .filter(Boolean);
  const signs = words.map((word) => [...word][0]);
  if (/\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}/u.test(name))
    return [...name.trim()][0];
  return (signs.length > 1 ? signs[0] + signs[1] : [...(words[0] ?? "?")].slice(0, 2).join("")).toUpperCase();
}

/** @param {HTMLElement} element @param {Pick<Person, "name" | "face" | "colour">} person */
export function paintFace(element, person) {
  element.dataset.colour = String(person.colour);
  element.classList.toggle("emoji", person.face !== "");
  element.textContent = person.face || initials(person.name);
}
