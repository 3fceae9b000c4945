/** Completion of slash commands, at the beginning of a message. */

/** @import {CompletionSource} from "./completion_menu.js" */

import { say } from "../ui/words.js";

/** `about`: a key of the words. @typedef {{name: string, about: string}} Command */

/** @param {Command[]} commands @returns {CompletionSource} */
export function commandSource(commands) {
  return {
    trigger: /^\/(\p{L}*)$/u,
    atEnd: true,
    label: "completion.commands",
    find: (begun) =>
      commands
        .filter(({ name }) => name.startsWith(begun))
        .map(({ name, about }) => ({ name: `/${name}`, about: say(about) })),
    insert: ({ name }) => `${name} `,
  };
}
