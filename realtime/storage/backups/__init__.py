"""The database in one file, taken while it is in use, and put back."""

from typing import Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from realtime.storage.backups.file import Refused


class Backups(Protocol):
    """Of one kind of database. Both raise Refused with a reason for people."""

    def save(self, draft: str) -> None:
        """Write the database as it stands at one moment into an empty file, and check it."""

    def restore(self, file: str) -> str:
        """Put what the file holds in the place of the database. Returns where that is kept, "" if there was none."""


def backups() -> Backups:
    """Those of the default database."""
    from realtime.storage.backups.postgresql import Postgresql
    from realtime.storage.backups.sqlite import Sqlite

    connection: BaseDatabaseWrapper = connections["default"]
    return Sqlite(connection) if connection.vendor == "sqlite" else Postgresql(connection)


__all__ = ["Backups", "Refused", "backups"]
