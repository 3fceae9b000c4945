"""The index in PostgreSQL: one table with a `tsvector` for each message, and a GIN index.

The words are split before, so vectors and queries are written as literals: no parser, dictionary or locale of the
server changes them. A GIN index gives no order, so the newest keys are looked at one by one first.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from django.db import connection

from search.document import FACT, Condition, Phrase, author_fact, room_fact
from search.storage import PART, Documents

NEWEST: Final = 4_096
"""The newest keys are looked at one by one first, because common words are found there without their index."""
LIMITS: Final = (64, 1_000)
"""The numbers of messages that the first query returns, and all later ones."""


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
        newest = 0 if any(map(_is_rare, conditions)) else max(upper - NEWEST, least)
        limits = iter(LIMITS)
        limit = next(limits)
        while upper > least:
            one_by_one = upper > newest > 0
            floor = newest if one_by_one else least
            found = _page(match, upper, floor, limit, one_by_one=one_by_one)
            upper = found[-1] if len(found) == limit else floor
            yield found, upper
            limit = next(limits, limit)

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


def _is_rare(condition: Condition) -> bool:
    """Tell whether a condition is about rooms or a person, so that the GIN index gives few candidates."""
    return all(phrase.words[0].startswith((room_fact(0)[:2], author_fact(0)[:2])) for phrase in condition)


def _page(match: str, upper: int, floor: int, limit: int, *, one_by_one: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_bitmapscan', %s, true)", ["off" if one_by_one else "on"])
        cursor.execute(
            "SELECT message FROM search_words WHERE words @@ %s::tsquery AND message < %s AND message >= %s "
            "ORDER BY message DESC LIMIT %s",
            [match, upper, floor, limit],
        )
        return [message for (message,) in cursor.fetchall()]


def _newest() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT message FROM search_words ORDER BY message DESC LIMIT 1")
        row = cursor.fetchone()
    return row[0] if row else 0
