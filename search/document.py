"""Make the document of a message for the index, and the conditions of a query. Pure.

A document is a line of words with one space between them. The first ones are facts: the room, the author, and what the
message contains. They begin with a character that no word of a text has.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from search.query import Has, Query
from search.words import words_of

FACT: Final = "\ue000"
"""A private character of Unicode: it marks a fact, and alone it is the fact that every document has."""
WORDS: Final = 15_000
"""A document has at most so many words, because PostgreSQL knows places up to 16,383."""


class Phrase(NamedTuple):
    """Words that follow each other. With `open` the last one is only the beginning of a word."""

    words: tuple[str, ...]
    open: bool = False


Condition = Sequence[Phrase]
"""Phrases of which a document must contain at least one."""


def room_fact(log: int) -> str:
    return f"{FACT}r{log}"


def author_fact(user: int) -> str:
    return f"{FACT}u{user}"


def kind_fact(kind: Has) -> str:
    return f"{FACT}{kind}"


def document(log: int, author: int | None, data: Mapping[str, Any]) -> str:
    """Return the document of a message with this data."""
    facts = [FACT, room_fact(log), *([] if author is None else [author_fact(author)]), *map(kind_fact, kinds_in(data))]
    return " ".join([*facts, *words_of(searched_text(data))[:WORDS]])


def kinds_in(data: Mapping[str, Any]) -> list[Has]:
    """Return what a message contains, in the words of the filter `has:`."""
    files = data.get("files") or []
    images = [str(file.get("type", "")).startswith("image/") for file in files]
    kinds: list[tuple[Has, bool]] = [
        ("image", any(images)),
        ("link", '<a href="' in (data.get("html") or "")),
        ("file", not all(images)),
    ]
    return [kind for kind, found in kinds if found]


def searched_text(data: Mapping[str, Any]) -> str:
    """Return all that is searched in a message: the text with names for mentions, names of files and alt texts."""
    named = [str(part) for file in data.get("files") or [] for part in (file.get("name"), file.get("alt")) if part]
    return "\n".join([text_of(data), *named])


def text_of(data: Mapping[str, Any]) -> str:
    """Return the text as typed, with the names of the people whom it mentions."""
    text = str(data.get("text") or "")
    for key, name in (data.get("mentions") or {}).items():
        text = text.replace(f"<@{key}>", f"@{name}")
    return text


def conditions(query: Query, people: Iterable[int], rooms: Iterable[int]) -> list[Condition]:
    """Return the conditions for a query. People and rooms are primary keys; none means all."""
    words: list[Condition] = [[Phrase(phrase)] for phrase in query.phrases]
    words += [[Phrase((start,), open=True)] for start in query.beginnings]
    facts = [
        [Phrase((room_fact(log),)) for log in rooms],
        [Phrase((author_fact(user),)) for user in people],
        *([Phrase((kind_fact(kind),))] for kind in query.has),
    ]
    return [*words, *filter(None, facts)] or [[Phrase((FACT,))]]
