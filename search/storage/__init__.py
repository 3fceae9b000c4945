"""The index in the database: SQLite's FTS5 or PostgreSQL's full text, behind one interface."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Protocol

from django.db import connection

from search.document import Condition

PART: Final = 1 << 17
"""The index has a part for so many keys of messages."""
Documents = Sequence[tuple[int, str]]
"""Pairs of a message's primary key and its document."""


class Index(Protocol):
    """The index. A document has the primary key of its message."""

    def put(self, documents: Documents) -> None:
        """Store documents, in place of earlier ones."""

    def remove(self, messages: Collection[int]) -> None:
        """Remove the documents of these messages. Their words stay on disk until `erase_step` has returned False."""

    def clear(self, part: int | None = None) -> None:
        """Remove all documents of a part, or all documents."""

    def find(self, conditions: Sequence[Condition], below: int, least: int) -> Iterator[tuple[list[int], int]]:
        """Yield (matching messages, newest first, the key down to which all were found).

        The keys are below `below`, and at least `least`. Between two parts the caller may do other queries.
        """

    def erase_step(self, part: int, first: bool) -> bool:
        """Do a bounded step of erasing removed words from this part of the index. Return whether there is more."""


def index() -> Index:
    """Return the index of the default database."""
    from search.storage.postgresql import PostgresqlIndex
    from search.storage.sqlite import SqliteIndex

    return SqliteIndex() if connection.vendor == "sqlite" else PostgresqlIndex()
