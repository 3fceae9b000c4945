/** Completions for the filters of the search field: people, rooms, and kinds of content. */

/** @import {Client} from "../../chat/client/client.js" */
/** @import {CompletionSource} from "../../chat/views/completion_menu.js" */

import { personOf } from "../../chat/ui/face.js";
import { shownName } from "../../chat/ui/room_name.js";
import { say } from "../../chat/ui/words.js";
import { sorted } from "../../chat/views/room_list.js";
import { matching, quoted } from "../state/query.js";

const SHOWN = 8;
const KINDS = /** @type {const} */ (["image", "link", "file"]);

/** @param {Client} client @returns {CompletionSource[]} */
export function filterSources(client) {
  return [
    source("from", "search.people", (word) => people(client, word)),
    source("in", "search.rooms", (word) => rooms(client, word)),
    source("has", "search.kinds", (word) => kinds(word)),
  ];
}

/**
 * @param {string} name @param {string} label @param {(word: string) => {name: string, about?: string, value: string}[]} find
 * @returns {CompletionSource}
 */
function source(name, label, find) {
  return {
    trigger: new RegExp(`(?:^|\\s)${name}:("?[^"]*)$`, "i"),
    label,
    find: (word) => find(word).slice(0, SHOWN), // a name may have spaces: the list closes when none fits
    insert: ({ value, isName }) => (isName ? `:"${value.replaceAll('"', "")}" ` : `:${quoted(value)} `),
  };
}

/** Return the people whom this tab knows, those who are present first. @param {Client} client @param {string} word */
function people(client, word) {
  const { people, presence } = client.state();
  const ids = [...new Set([...Object.keys(presence), ...Object.keys(people)])];
  const rows = ids.map((id) => ({ name: personOf(people, id).name, about: id === client.me ? say("people.you") : "" }));
  return matching(rows, word).map((row) => ({ ...row, value: row.name, isName: true }));
}

/** @param {Client} client @param {string} word */
function rooms(client, word) {
  const rows = sorted(client.list).map((room) => ({ name: shownName(room), room }));
  return matching(rows, word).map(({ name, room }) => ({
    name,
    value: (room.direct?.length ?? 0) > 2 ? room.key : room.name,
    isName: true,
  }));
}

/** @param {string} word */
function kinds(word) {
  return matching(
    KINDS.map((kind) => ({ name: kind, about: say(`search.has.${kind}`), value: kind })),
    word,
  );
}
