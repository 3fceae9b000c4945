/** A row of the results: who, where, when, and the text around the match. */

/** @import {Hit, Page} from "../client/pages.js" */

import { clone, make, part } from "../../chat/ui/dom.js";
import { paintFace, personOf } from "../../chat/ui/face.js";
import { shownName } from "../../chat/ui/room_name.js";
import { when, whole } from "../../chat/ui/time.js";
import { say } from "../../chat/ui/words.js";

/** @param {Hit} hit @param {Page} page @returns {HTMLElement} */
export function hitRow(hit, { people, rooms }) {
  const row = clone("search-hit-template");
  const author = personOf(people, hit.by);
  const link = part(row, "a", HTMLAnchorElement);
  const time = part(row, "time", HTMLTimeElement);
  link.href = `/r/${hit.room}/@${hit.o}`;
  paintFace(part(row, ".face", HTMLElement), author);
  part(row, ".hit-author", HTMLElement).textContent = author.name;
  part(row, ".hit-room", HTMLElement).textContent = roomWords(rooms[hit.room]);
  time.textContent = when(hit.at);
  time.dateTime = new Date(hit.at).toISOString();
  time.title = whole(hit.at);
  part(row, ".hit-text", HTMLElement).append(...marked(hit.snippet), ...fileNames(hit));
  return row;
}

/** @param {import("../client/pages.js").FoundRoom | undefined} room @returns {string} */
function roomWords(room) {
  if (!room) return "";
  return room.direct.length > 0 ? say("search.direct") : `${room.public ? "# " : ""}${shownName(room)}`;
}

/** @param {string[]} snippet @returns {Node[]} */
export function marked(snippet) {
  return snippet
    .map((text, index) => (index % 2 ? make("mark", "", text) : document.createTextNode(text)))
    .filter((node) => node.textContent);
}

/** @param {Hit} hit @returns {HTMLElement[]} */
function fileNames({ files = [] }) {
  return files.map((name) => make("span", "hit-file", name));
}
