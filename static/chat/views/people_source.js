/** Completion of `@`: the people of the room, and for hosts everybody in it. */

/** @import {Client} from "../client/client.js" */
/** @import {FoundPerson} from "../state/people_search.js" */
/** @import {CompletionSource} from "./completion_menu.js" */

import { FOUND, foundPeople, knowsAll } from "../state/people_search.js";
import { myRank } from "../state/selectors.js";
import { make } from "../ui/dom.js";
import { paintFace } from "../ui/face.js";
import { say } from "../ui/words.js";

/** The list does not wait longer for the server than this. */
const WAIT_MS = 800;
const HERE = "here";

/** @param {Client} client @returns {CompletionSource} */
export function peopleSource(client) {
  /** @type {Map<string, string[]>} users found by the server, by room and word */
  const found = new Map();

  /** @param {string} word */
  function rows(word) {
    const { shown } = client;
    const state = client.state();
    const people = foundPeople(state, word, found.get(`${shown} ${word}`)).map(rowOf);
    return myRank(state) > 0 && HERE.startsWith(word.toLowerCase()) ? [...people, hereRow()] : people;
  }

  /** @param {string} word */
  async function asked(word) {
    const { shown } = client;
    const answer = client.connection.request("people.find", { room: shown, search: word });
    const late = new Promise((resolve) => setTimeout(() => resolve(null), WAIT_MS));
    const come = await Promise.race([answer, late]).catch(() => null);
    if (come) {
      found.set(`${shown} ${word}`, come.users);
      client.dispatch(shown, { type: "people", ids: [], people: come.people });
    }
    return rows(word);
  }

  return {
    trigger: /(?:^|[^A-Za-z0-9_@/.[<\\-])@((?:[^\s@`<>][^\n@`<>]{0,31})?)$/u,
    label: "completion.people",
    find: (word) => {
      const local = rows(word);
      const known = local.length >= FOUND || found.has(`${client.shown} ${word}`) || knowsAll(client.state());
      const worthAsking = word.split(" ").length <= 3 && client.connection.state.name === "ready";
      return known || !worthAsking ? local : asked(word);
    },
    insert: ({ name }) => `${name} `,
  };
}

/** @param {FoundPerson} found */
function rowOf({ person }) {
  const sign = make("span", "face little");
  paintFace(sign, person);
  return { name: `@${person.name}`, sign };
}

function hereRow() {
  return { name: `@${HERE}`, about: say("completion.here"), sign: "📣" };
}
