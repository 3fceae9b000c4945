"""Parse what a person types into the search field. Pure.

    lamp "cup of tea" gif* from:Mei from:"Mei Lin" in:Games has:image before:2026-11-01 after:2026-10-01 on:2026-10-05

Everything else is plain text: an unknown word before a colon, a quote without its partner, AND, OR, NEAR, brackets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal, get_args

from realtime import unprocessable
from search.words import words_of

QUERY_LENGTH: Final = 1_000
TERMS: Final = 50
"""A query has at most so many words and phrases, and so many filters."""
BEGINNING: Final = 2
"""The shortest beginning of a word before a `*`."""
SHOWN: Final = 60
"""An error repeats so many characters of what is wrong."""
DAY: Final = timedelta(days=1)
Has = Literal["image", "link", "file"]
_FILTER: Final = re.compile(r"(from|in|has|before|after|on)[:\uff1a]", re.IGNORECASE)
_QUOTES: Final = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»", "「": "」", "『": "』"}
_DATE: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


@dataclass(slots=True)
class Query:
    """A parsed query. All parts of it must be true of a hit; of several people or rooms one is enough.

    Times are in ms UTC: a hit was written at `since` or later, and before `until`.
    """

    phrases: list[tuple[str, ...]] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    has: list[Has] = field(default_factory=list)
    since: int | None = None
    until: int | None = None

    @property
    def asks(self) -> bool:
        """Return whether the query asks for anything."""
        return bool(
            self.phrases or self.beginnings or self.people or self.rooms or self.has or self.since or self.until
        )


def parse(text: str, zone: int = 0) -> Query:
    """Parse a query; days begin `zone` minutes east of UTC. Raise 422 that says which part is wrong."""
    if len(text) > QUERY_LENGTH:
        raise unprocessable("too_long", f"at most {QUERY_LENGTH} characters")
    query = Query()
    terms = list(_terms(text))
    if len(terms) > TERMS:
        raise unprocessable("too_many_words", f"at most {TERMS}")
    for name, value, exact in terms:
        if name:
            _filter(query, name, value, zone)
        else:
            _word(query, value, exact)
    if not query.asks:
        raise unprocessable("empty", "nothing to search for")
    return query


def _terms(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (name of the filter or "", value, whether it is quoted)."""
    rest = text.strip()
    while rest:
        match = _FILTER.match(rest)
        name, start = (match[1].lower(), match.end()) if match else ("", 0)
        value, rest, exact = _value(rest[start:])
        if value or exact:
            yield name, value, exact
        elif name:
            yield "", f"{name}:", False


def _value(rest: str) -> tuple[str, str, bool]:
    """Return a quoted or plain value, and the text after it."""
    if rest and (closing := _QUOTES.get(rest[0])) and (end := rest.find(closing, 1)) > 0:
        return rest[1:end], rest[end + 1 :].lstrip(), True
    plain = re.match(r"\S*", rest)
    value = plain[0] if plain else ""
    return value, rest[len(value) :].lstrip(), False


def _word(query: Query, value: str, exact: bool) -> None:
    words = words_of(value)
    if not words:
        return
    if not exact and value.endswith("*") and len(words[-1]) >= BEGINNING:
        query.beginnings.append(words.pop())
    if words and (phrase := tuple(words)) not in query.phrases:
        query.phrases.append(phrase)


def _filter(query: Query, name: str, value: str, zone: int) -> None:
    match name:
        case "from":
            query.people.append(value.removeprefix("@").strip())
        case "in":
            query.rooms.append(value.removeprefix("#").removeprefix("@").strip())
        case "has":
            query.has.append(_kind(value))
        case "before":
            query.until = min(_day(value, zone)[0], query.until or 2**53)
        case "after":
            query.since = max(_day(value, zone)[1], query.since or 0)
        case _:
            first, last = _day(value, zone)
            query.since, query.until = max(first, query.since or 0), min(last, query.until or 2**53)


def _kind(value: str) -> Has:
    kind = {"images": "image", "picture": "image", "links": "link", "files": "file"}.get(value.lower(), value.lower())
    for known in get_args(Has):
        if kind == known:
            return known  # type: ignore[no-any-return]
    raise unprocessable("bad_has", value[:SHOWN])


def _day(value: str, zone: int) -> tuple[int, int]:
    """Return the begin and the end of a day in ms UTC."""
    try:
        found = _DATE.fullmatch(value.strip())
        if found is None:
            raise ValueError(value)
        day = date(*map(int, found.groups()))
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(minutes=zone)
        return round(begin.timestamp() * 1000), round((begin + DAY).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise unprocessable("bad_date", value[:SHOWN]) from None
