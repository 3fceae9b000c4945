/** Button of the composer that opens the emoji picker. */

import { byId } from "../ui/dom.js";
import { pickEmoji } from "../ui/emoji_picker.js";
import { insertText } from "../ui/insert_text.js";

export function startEmojiButton() {
  const field = byId("text", HTMLTextAreaElement);
  const button = byId("emoji", HTMLButtonElement);
  button.addEventListener("click", () =>
    pickEmoji(button, { onPick: (emoji) => insertText(field, emoji, field.selectionStart, field.selectionEnd) }),
  );
}
