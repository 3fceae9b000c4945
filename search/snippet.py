"""Cut the part of a message around its first match, and mark the matches. Pure: text and no HTML comes out."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from search.document import searched_text, text_of
from search.query import Query
from search.words import Word, normal, places, words_in

BEFORE: Final = 60
LENGTH: Final = 240
CUT: Final = "…"
HIDDEN: Final = "▒▒▒"
"""The text of a spoiler in a result: the person opens the message to see it."""
_BREAK: Final = re.compile(r"</?(?:p|br|li|ul|ol|blockquote|pre|h\d|tr|td|th|table)\b[^>]*>")
_SPAN: Final = re.compile(r"<(/?)span\b([^>]*)>")
_TAG: Final = re.compile(r"<[^>]*>")


def snippet(data: Mapping[str, Any], query: Query) -> list[str]:
    """Return pieces of text: the second, fourth and so on are matches. The first piece may be empty."""
    for text in _candidates(data):
        words = list(words_in(text))
        marks = _joined(text, words, places(words, query.phrases, query.beginnings))
        if marks:
            return _pieces(text, marks)
    shown = next(filter(None, _candidates(data)), "")
    return [shown if len(shown) <= LENGTH else shown[:LENGTH].rstrip() + CUT]


def _candidates(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a message in which a match may be, the one that people see first."""
    yield _line(_seen(data))
    if "spoiler" not in (data.get("html") or ""):
        yield _line(text_of(data))
        yield _line(searched_text(data))


def _seen(data: Mapping[str, Any]) -> str:
    """Return the text of a message without its markup, and without its spoilers."""
    if not (markup := data.get("html")):
        return text_of(data)
    return html.unescape(_TAG.sub("", _BREAK.sub(" ", _without_spoilers(str(markup)))))


def _without_spoilers(markup: str) -> str:
    """Replace each spoiler, with what is nested in it."""
    shown, depth, out = 0, 0, []
    for tag in _SPAN.finditer(markup):
        opening = not tag[1]
        if depth == 0 and opening and "spoiler" in tag[2]:
            out += [markup[shown : tag.start()], HIDDEN]
            depth = 1
        elif depth:
            depth += 1 if opening else -1
            shown = tag.end()
    return "".join([*out, "" if depth else markup[shown:]])


def _line(text: str) -> str:
    return " ".join(normal(text).split())


def _joined(text: str, words: list[Word], marked: list[bool]) -> list[tuple[int, int]]:
    """Return the places of the matches. Neighbours with nothing but space between them are one."""
    marks: list[tuple[int, int]] = []
    for word, mark in zip(words, marked, strict=True):
        if mark and marks and not text[marks[-1][1] : word.start].strip():
            marks[-1] = marks[-1][0], word.end
        elif mark:
            marks.append((word.start, word.end))
    return marks


def _pieces(text: str, marks: list[tuple[int, int]]) -> list[str]:
    start = _start(text, marks[0][0])
    end = max(min(start + LENGTH, len(text)), marks[0][1])
    pieces, at = [], start
    for first, last in marks:
        if first < at or last > end:
            break
        pieces += [text[at:first], text[first:last]]
        at = last
    pieces.append(text[at:end])
    if start:
        pieces[0] = CUT + pieces[0]
    if end < len(text):
        pieces[-1] += CUT
    return pieces


def _start(text: str, first: int) -> int:
    """Return where the part begins: some characters before the first match, at a word if one is near."""
    start = max(first - BEFORE, 0)
    if start == 0:
        return 0
    space = text.find(" ", start, start + BEFORE // 3)
    return start if space < 0 else space + 1
