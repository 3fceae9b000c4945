"""Spoilers in a text: `||hidden||` is hidden until a reader asks for it. Two rules for markdown-it. Pure.

In HTML a spoiler is `<span class="spoiler">hidden</span>`. `static/chat/ui/spoiler.js` hides it, also from screen
readers. `chat/quotes.py` replaces it where a message is only quoted.
"""

from typing import Final

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

BAR: Final = "|"
MARK: Final = BAR * 2


def spoiler(state: StateInline, silent: bool) -> bool:
    """Note each `||` as a delimiter, called at the bar. Longer runs of bars stay text."""
    if silent or state.src[state.pos] != BAR:
        return False
    length = len(state.src) - state.pos - len(state.src[state.pos :].lstrip(BAR))
    state.push("text", "", 0).content = BAR * length
    if length == len(MARK):
        state.delimiters.append(Delimiter(ord(BAR), 0, len(state.tokens) - 1, -1, True, True))
    state.pos += length
    return True


def pair_spoilers(state: StateInline) -> None:
    """Make spans of the delimiters that the parser has paired."""
    nested = [meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta]
    for delimiters in [state.delimiters, *nested]:
        for opening in delimiters:
            if opening.marker == ord(BAR) and opening.end != -1:
                _pair(state, opening.token, delimiters[opening.end].token)


def _pair(state: StateInline, first: int, last: int) -> None:
    for index, kind, nesting in ((first, "spoiler_open", 1), (last, "spoiler_close", -1)):
        token = state.tokens[index]
        token.type, token.tag, token.content, token.markup = kind, "span", "", MARK
        token.nesting = 1 if nesting == 1 else -1
    state.tokens[first].attrs = {"class": "spoiler"}
