"""The index in SQLite: one FTS5 table for each 131,072 messages.

SQLite 3.40 keeps removed words in the segments of a table until these are merged. With many tables only those are
merged from which something was removed, and a query begins with the newest.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from django.db import connection

from search.document import Condition, Phrase
from search.storage import PART, Documents

TABLE: Final = "search_words_"
PAGES: Final = (64, 512, 4096)
"""The numbers of hits that the first queries to a table read, and all later ones."""
MERGED_PAGES: Final = 200
"""A step of erasing writes about so many pages of 4 KB."""
CREATE: Final = "CREATE VIRTUAL TABLE IF NOT EXISTS {} USING fts5(words, tokenize='ascii', columnsize=0)"
"""Words are split and folded before; `ascii` splits them at spaces only, because all else in them is a letter to it."""


class SqliteIndex:
    """The implementation of `search.storage.Index` for SQLite."""

    def put(self, documents: Documents) -> None:
        for part in {message // PART for message, _ in documents}:
            rows = [row for row in documents if row[0] // PART == part]
            with connection.cursor() as cursor:
                cursor.execute(CREATE.format(_table(part)))
                cursor.executemany(f"INSERT OR REPLACE INTO {_table(part)}(rowid, words) VALUES (%s, %s)", rows)  # noqa: S608 - a number

    def remove(self, messages: Collection[int]) -> None:
        there = set(parts())
        for part in {message // PART for message in messages} & there:
            rows = [(message,) for message in messages if message // PART == part]
            with connection.cursor() as cursor:
                cursor.executemany(f"DELETE FROM {_table(part)} WHERE rowid = %s", rows)  # noqa: S608 - a number

    def clear(self, part: int | None = None) -> None:
        for each in parts():
            if part in (None, each):
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP TABLE {_table(each)}")

    def find(self, conditions: Sequence[Condition], below: int, least: int) -> Iterator[tuple[list[int], int]]:
        match = " AND ".join(f"({' OR '.join(map(_phrase, phrases))})" for phrases in conditions)
        for part in sorted(parts(), reverse=True):
            floor = max(part * PART, least)
            upper = min(below, (part + 1) * PART)
            pages = iter(PAGES)
            limit = next(pages)
            while upper > floor:
                found = _page(part, match, upper, floor, limit)
                upper = found[-1] if len(found) == limit else floor
                yield found, upper
                limit = next(pages, limit)

    def erase_step(self, part: int, first: bool) -> bool:
        """Merge some pages. A negative number puts all segments on one level first, so that all of them are merged."""
        if part not in parts():
            return False
        before = _changes()
        with connection.cursor() as cursor:
            pages = -MERGED_PAGES if first else MERGED_PAGES
            cursor.execute(f"INSERT INTO {_table(part)}({_table(part)}, rank) VALUES ('merge', %s)", [pages])  # noqa: S608 - a number
        return first or _changes() - before >= 2


def parts() -> list[int]:
    """Return the numbers of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substr(name, %s) FROM sqlite_master WHERE name LIKE %s AND sql LIKE 'CREATE VIRTUAL%%'",
            [len(TABLE) + 1, f"{TABLE}%"],
        )
        return [int(number) for (number,) in cursor.fetchall()]


def _table(part: int) -> str:
    return f"{TABLE}{part:d}"


def _page(part: int, match: str, upper: int, floor: int, limit: int) -> list[int]:
    table = _table(part)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT rowid FROM {table} WHERE {table} MATCH %s AND rowid < %s AND rowid >= %s "  # noqa: S608 - a number
            "ORDER BY rowid DESC LIMIT %s",
            [match, upper, floor, limit],
        )
        return [message for (message,) in cursor.fetchall()]


def _phrase(phrase: Phrase) -> str:
    """Return a phrase in the language of FTS5. Between double quotes no character has a meaning but the quote."""
    quoted = '"{}"'.format(" ".join(phrase.words).replace('"', '""'))
    return f"{quoted} *" if phrase.open else quoted


def _changes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        [changes] = cursor.fetchone()
    return int(changes)
