/** Emoji of the picker and of `:name:`. They are fetched when one of the two is first used. */

/** @import {Emoji} from "../state/emoji.js" */

import { emojiOf } from "../state/emoji.js";

const ADDRESS = new URL("../../emoji/emoji.json", import.meta.url);

/** @type {Promise<Emoji[]> | null} */
let loading = null;

/** Return all emoji. After an error the next call tries again. @returns {Promise<Emoji[]>} */
export function loadEmoji() {
  loading ??= fetched().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function fetched() {
  const response = await fetch(ADDRESS);
  if (!response.ok) throw new Error(`emoji: ${response.status}`);
  return emojiOf(await response.json());
}
