"""Split texts into words, for the index and for queries alike. Pure.

Both databases get words that are separated and folded already, so they find the same messages and need no dictionary.
A character of a script without spaces is a word of its own, and so is an emoji: a phrase of them finds any length.
Sources: Unicode TR15 (normalization), TR29 (word boundaries; scripts without spaces), TR44 (categories).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

WORD_LENGTH: Final = 64
"""A longer word is cut, in the index and in queries."""
_ALONE: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff"  # Jamo, Han, kana
    "\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
    "\u203c\u2049\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"  # signs, emoji
)
_JOINING: Final = "\u200c\u200d"
_PLAIN: Final = re.compile(r"[a-z0-9]+")
_UNWANTED: Final = re.compile(r"[\x00-\x2f:-@\[-`{-\x7f\s]")
_STRIPPED: Final = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u0652\u0670\ufe00-\ufe0f\u200c\u200d]")
"""Marks that people leave out when they type: of Latin, Greek, Cyrillic, Hebrew and Arabic letters."""


class Word(NamedTuple):
    """A folded word, and its place in the text."""

    text: str
    start: int
    end: int


def normal(text: str) -> str:
    """Return the text in the form to which the places of `words_in` refer."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words_in(text: str) -> Iterator[Word]:
    """Yield the words of a `normal` text, in order."""
    for match in _pattern().finditer(text):
        if word := folded(match[0]):
            yield Word(word, match.start(), match.end())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text."""
    if text.isascii():
        return [word[:WORD_LENGTH] for word in _PLAIN.findall(text.lower())]
    return [word.text for word in words_in(normal(text))]


def places(words: Sequence[Word], phrases: Iterable[Sequence[str]], beginnings: Iterable[str] = ()) -> list[bool]:
    """Tell for each word whether it belongs to one of the phrases, or starts with one of the beginnings."""
    marked = [any(word.text.startswith(start) for start in beginnings) for word in words]
    texts = [word.text for word in words]
    for phrase in phrases:
        wanted, size = list(phrase), len(phrase)
        for place in [place for place, text in enumerate(texts) if size and text == wanted[0]]:
            if texts[place : place + size] == wanted:
                marked[place : place + size] = [True] * size
    return marked


def folded(word: str) -> str:
    """Return a word without case, width and the marks that people leave out."""
    if word.isascii():
        return word.lower()[:WORD_LENGTH]
    if "\u4e00" <= word <= "\u9fff" and len(word) == 1:
        return word
    return _folded(word)


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    whole = unicodedata.normalize("NFKC", _STRIPPED.sub("", apart))
    return _UNWANTED.sub("", whole)[:WORD_LENGTH]


@lru_cache(maxsize=1)
def _pattern() -> "re.Pattern[str]":
    """Return the pattern of a word: one of the characters that stand alone, or letters and digits with their marks."""
    marks = _marks()
    return re.compile(
        rf"[\uff66-\uff9d][\uff9e\uff9f]?|[{_ALONE}]|(?:(?![{_ALONE}])[^\W_])(?:(?![{_ALONE}])[^\W_]|[{marks}{_JOINING}])*"
    )


def _marks() -> str:
    """Return the combining marks as ranges of a character class. Python's patterns know no categories."""
    ranges: list[list[int]] = []
    for number in range(0x300, 0x1E000):
        if unicodedata.category(chr(number))[0] == "M":
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
