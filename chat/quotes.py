"""Quotes: what a reply shows of the message that it answers. Pure.

A quote is made anew each time it is read, and no event and no row holds one. So a deletion of the original erases it
everywhere. `static/chat/state/quotes.js` makes the same texts.
"""

import re
from typing import Any, Final

SOURCE_LENGTH: Final = 600
"""A quote is made from the first characters of the original."""
TEXT_LENGTH: Final = 200
HIDDEN: Final = {"hidden": True}
"""The quote of a message that the reader may not see."""
SPOILER: Final = "▒▒▒"
_MARKUP: Final = [
    (re.compile(r"\|\|[\s\S]+?\|\|"), SPOILER),
    (re.compile(r"^[ \t]*```[^\n`]*$", re.MULTILINE), ""),
    (re.compile(r"^(?:[ \t]*>)+ ?", re.MULTILINE), ""),
    (re.compile(r"\[([^\[\]\n]+)\]\([^()\s]+\)"), r"\1"),
    (re.compile(r"\*\*|~~|`"), ""),
    (re.compile(r"(?<!\\)\*(?=\S)([^*\n]+)\*"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
]
"""Markup and what stands for it, in the order in which it is replaced. It is close to the Markdown, not equal to it."""
_OPEN_SPOILER: Final = re.compile(r"\|\|[\s\S]*$")
_CUT_MENTION: Final = re.compile(r"<@[^<>\s]*$")


def excerpt(text: str) -> str:
    """Return the beginning of a text in one line without its markup, at most `TEXT_LENGTH` characters."""
    source = text[:SOURCE_LENGTH]
    for markup, plain in _MARKUP:
        source = markup.sub(plain, source)
    if len(text) >= SOURCE_LENGTH:
        source = _OPEN_SPOILER.sub(SPOILER, source)
    line = " ".join(source.split())
    if len(line) <= TEXT_LENGTH and len(text) < SOURCE_LENGTH:
        return line
    return _CUT_MENTION.sub("", line[: TEXT_LENGTH - 1]).rstrip() + "…"


def quote(by: str | None, kind: str, text: str | None, removed: bool) -> dict[str, Any]:
    """Return `{by, kind, text, removed}`. A removed message has no text, and a rich one may have none."""
    return {"by": by, "kind": kind, "text": "" if removed else excerpt(text or ""), "removed": removed}
