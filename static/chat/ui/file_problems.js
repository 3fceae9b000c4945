/** Texts of problems with files that carry a size. */

import { sizeText } from "../state/files.js";
import { knows, say } from "./words.js";

/** @type {Record<string, (problem: any) => string>} */
export const FILE_PROBLEMS = {
  file_too_large: ({ most }) => (most ? say("files.larger", { most: sizeText(most) }) : say("problem.file_too_large")),
  files_full: ({ scope, most }) => {
    const key = `problem.files_full.${scope}`;
    return say(knows(key) ? key : "problem.files_full.site", { most: sizeText(most ?? 0) });
  },
};
