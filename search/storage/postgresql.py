"""The index in PostgreSQL: one table with a `tsvector` for each message, and a GIN index.

The words are split before, so vectors and queries are written as literals: no parser, dictionary or locale of the
server changes them. A GIN index gives no order. The newest messages are found by looking at ever larger ranges of keys.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from django.db import connection

from search.document import FACT, Condition, Phrase
from search.storage import PART, Documents

RANGES: Final = (4_096, 32_768, 262_144, 1_048_576)
"""The numbers of keys that the queries look at, one after the other; the last one goes on."""
LIMIT: Final = 1_000
"""A query returns at most so many messages."""


class PostgresqlIndex:
    """The implementation of `search.storage.Index` for PostgreSQL."""

    def put(self, documents: Documents) -> None:
        rows = [(message, vector(words)) for message, words in documents]
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_words (message, words) VALUES (%s, %s::tsvector) "
                "ON CONFLICT (message) DO UPDATE SET words = EXCLUDED.words",
                rows,
            )

    def remove(self, messages: Collection[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_words WHERE message = ANY(%s)", [list(messages)])

    def clear(self, part: int | None = None) -> None:
        with connection.cursor() as cursor:
            if part is None:
                cursor.execute("TRUNCATE search_words")
            else:
                cursor.execute(
                    "DELETE FROM search_words WHERE message >= %s AND message < %s", [part * PART, (part + 1) * PART]
                )

    def find(self, conditions: Sequence[Condition], below: int, least: int) -> Iterator[tuple[list[int], int]]:
        match = " & ".join(f"({' | '.join(map(_phrase, phrases))})" for phrases in conditions)
        upper, least = min(below, _newest() + 1), max(least, 1)
        ranges = iter(RANGES)
        width = next(ranges)
        while upper > least:
            floor = max(upper - width, least)
            found = _page(match, upper, floor)
            upper = found[-1] if len(found) == LIMIT else floor
            yield found, upper
            width = next(ranges, width)

    def erase_step(self, part: int, first: bool) -> bool:
        """Return False: autovacuum removes dead rows, and their words with them."""
        return False


def vector(words: str) -> str:
    """Return a document as a literal of type `tsvector`. Facts need no place."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words.split(" "), start=1):
        places.setdefault(word, []).append(place)
    return " ".join(
        _quoted(word) if word.startswith(FACT) else f"{_quoted(word)}:{','.join(map(str, at[:256]))}"
        for word, at in places.items()
    )


def _phrase(phrase: Phrase) -> str:
    """Return a phrase in the language of `tsquery`."""
    words = " <-> ".join(map(_quoted, phrase.words))
    return f"({words}:*)" if phrase.open else f"({words})"


def _quoted(word: str) -> str:
    return "'{}'".format(word.replace("\\", "\\\\").replace("'", "''"))


def _page(match: str, upper: int, floor: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message FROM search_words WHERE words @@ %s::tsquery AND message < %s AND message >= %s "
            "ORDER BY message DESC LIMIT %s",
            [match, upper, floor, LIMIT],
        )
        return [message for (message,) in cursor.fetchall()]


def _newest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT message FROM search_words ORDER BY message DESC LIMIT 1")
        row = cursor.fetchone()
    return row[0] if row else 0
