/** Search of the people of a room by name, for `@`. Pure. */

/** @import {Person} from "../../realtime/types.js" */
/** @import {RoomState} from "./types.js" */

/** @typedef {{user: string, person: Person}} FoundPerson */

export const FOUND = 8;

/** Return a text without accents and case. The server searches the same way. @param {string} text @returns {string} */
export function folded(text) {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "");
}

/**
 * Return the people whose name contains the word: those who are present first, then those who spoke last.
 * @param {RoomState} state @param {string} word @param {string[]} [more] users whom the server has found, in its order
 * @returns {FoundPerson[]}
 */
export function foundPeople(state, word, more = []) {
  const { people, presence, me, room, members } = state;
  const spoke = new Map(state.lines.map(({ by, o }) => [by ?? "", o]));
  const asked = new Map(more.map((user, index) => [user, -index]));
  const there = room?.direct?.length ? new Set(room.direct) : members && new Set(Object.keys(members));
  const wanted = folded(word);
  return Object.keys(people)
    .filter((user) => user !== me && (!there || there.has(user) || asked.has(user)))
    .filter((user) => folded(people[user].name).includes(wanted))
    .sort((a, b) => order(b) - order(a) || late(b) - late(a) || people[a].name.localeCompare(people[b].name))
    .slice(0, FOUND)
    .map((user) => ({ user, person: people[user] }));

  /** @param {string} user */
  function order(user) {
    return Number(user in presence);
  }

  /** @param {string} user */
  function late(user) {
    return spoke.get(user) ?? asked.get(user) ?? -Infinity;
  }
}

/** Return whether the room may have people whom the page does not know. @param {RoomState} state */
export function knowsAll({ room, people, members }) {
  if (room?.direct?.length) return room.direct.every((user) => people[user]);
  const known = members ? Object.keys(members).filter((user) => people[user]).length : 0;
  return known >= (room?.members ?? 0);
}
