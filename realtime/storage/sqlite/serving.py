"""One process serves a SQLite database: it alone wakes its readers. It holds `<db>.serving`, which names it."""

import os
import time
from pathlib import Path

from django.db import connections

from realtime.storage.sqlite.base import DatabaseWrapper
from realtime.storage.sqlite.fair_lock import lock

PATIENCE = 5.0  # seconds a second server waits for the first to leave


class AlreadyServed(Exception):
    """Another process holds the database; the message says which."""


def hold_database() -> int | None:
    """Take the default database if it is a SQLite file; see `serve_alone`."""
    connection = connections["default"]
    if not isinstance(connection, DatabaseWrapper):
        return None
    connection.ensure_connection()
    descriptor = serve_alone(connection.file) if connection.file else None
    connection.close()
    return descriptor


def serve_alone(database: str, patience: float | None = None) -> int:
    """Take `<database>.serving` for as long as this process lives, or the returned descriptor stays open."""
    note = Path(f"{database}.serving")
    try:
        descriptor = lock(str(note), time.monotonic() + (PATIENCE if patience is None else patience))
    except TimeoutError:
        raise AlreadyServed(f"process {note.read_text().strip()} already serves {database}") from None
    note.write_text(f"{os.getpid()}\n")
    return descriptor
