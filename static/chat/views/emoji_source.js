/** Completion of `:name:`, in both languages. A name that is typed fully becomes its emoji at the second colon. */

/** @import {Emoji} from "../state/emoji.js" */
/** @import {CompletionSource} from "./completion_menu.js" */

import { isInCode, namedEmoji, searchEmoji, toned } from "../state/emoji.js";
import { byId } from "../ui/dom.js";
import { chosenTone, rememberEmoji } from "../ui/emoji_choice.js";
import { loadEmoji } from "../ui/emoji_data.js";
import { insertText } from "../ui/insert_text.js";

const MOST_ROWS = 8;
/** The colon stands at the start of a word; a Chinese word needs no space before it. */
const TRIGGER = /(?:^|[^\p{L}\p{N}:：/]|\p{Script=Han})[:：]([\p{L}\p{N}_+-]{2,60})$/u;
const WHOLE = /(?:^|[^\p{L}\p{N}:：/]|\p{Script=Han})([:：]([\p{L}\p{N}_+-]{2,60})[:：])$/u;

/** @returns {CompletionSource} */
export function emojiSource() {
  const field = byId("text", HTMLTextAreaElement);
  field.addEventListener("input", (event) => closingColon(field, /** @type {InputEvent} */ (event)));
  return {
    trigger: TRIGGER,
    label: "completion.emoji",
    find: async (word) => {
      if (isInCode(field.value.slice(0, field.selectionStart))) return [];
      return searchEmoji(await loadEmoji(), word, MOST_ROWS).map((emoji) => row(emoji, word));
    },
    insert: ({ sign }) => {
      rememberEmoji(sign);
      return `${sign} `;
    },
  };
}

/** Show the name in the language in which it is typed. @param {Emoji} emoji @param {string} word */
function row(emoji, word) {
  const chinese = /\p{Script=Han}/u.test(word);
  const name = chinese ? emoji.zh : (emoji.names.find((name) => name.startsWith(word.toLowerCase())) ?? emoji.names[0]);
  const other = document.documentElement.lang.startsWith("zh") && !chinese ? emoji.zh : "";
  return { sign: toned(emoji, chosenTone()), name: `:${name}:`, about: other };
}

/** @param {HTMLTextAreaElement} field @param {InputEvent} event */
async function closingColon(field, { isComposing, data }) {
  if (isComposing || !data || !/[:：]$/.test(data)) return;
  const caret = field.selectionStart;
  const before = field.value.slice(0, caret);
  const [, typed, name] = WHOLE.exec(before) ?? [];
  if (!typed || isInCode(before.slice(0, -typed.length))) return;
  const emoji = namedEmoji(await loadEmoji().catch(() => []), name);
  if (!emoji || field.selectionStart !== caret || field.value.slice(0, caret) !== before) return;
  const sign = toned(emoji, chosenTone());
  rememberEmoji(sign);
  insertText(field, sign, caret - typed.length, caret);
}
