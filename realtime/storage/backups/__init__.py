"""Backups: the database in one file, written while servers run, and restored."""

from typing import Protocol

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from realtime.storage.backups.file import BackupError


class Backups(Protocol):
    """The backups of one kind of database. Both methods raise BackupError with a sentence for the operator."""

    def save(self, draft: str) -> None:
        """Write a consistent copy of the database into the empty file `draft`, and check it."""

    def restore(self, file: str) -> str:
        """Replace the database by the backup. Return the name of the replaced one, or "" if there was none."""


def backups() -> Backups:
    """Return the backups of the default database."""
    from realtime.storage.backups.postgresql import Postgresql
    from realtime.storage.backups.sqlite import Sqlite

    connection: BaseDatabaseWrapper = connections["default"]
    return Sqlite(connection) if connection.vendor == "sqlite" else Postgresql(connection)


__all__ = ["BackupError", "Backups", "backups"]
