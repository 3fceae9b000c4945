/** Text typed into a field by the page. The field's own undo takes it back. */

/**
 * Replace a part of the text, and leave the caret behind it.
 * @param {HTMLTextAreaElement | HTMLInputElement} field @param {string} text @param {number} from @param {number} to
 */
export function insertText(field, text, from, to) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return; // the only way that keeps undo
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
