"""Lets only one process serve a SQLite database. The process holds a lock on `<db>.serving`, which has its id."""

import os
import time
from pathlib import Path

from django.db import connections

from realtime.storage.sqlite.base import DatabaseWrapper
from realtime.storage.sqlite.fair_lock import lock

SERVING_TIMEOUT_S = 5.0
"""A second server waits this time for the first one to stop."""


class AlreadyServed(Exception):
    """The error of a second server; its message names the process that serves the database."""


def hold_database() -> int | None:
    """Call `serve_alone` for the default database, if it is a SQLite file."""
    connection = connections["default"]
    if not isinstance(connection, DatabaseWrapper):
        return None
    connection.ensure_connection()
    descriptor = serve_alone(connection.file) if connection.file else None
    connection.close()
    return descriptor


def serve_alone(database: str, timeout_s: float | None = None) -> int:
    """Lock `<database>.serving` until the returned descriptor is closed or this process ends."""
    lock_file = Path(f"{database}.serving")
    try:
        descriptor = lock(str(lock_file), time.monotonic() + (SERVING_TIMEOUT_S if timeout_s is None else timeout_s))
    except TimeoutError:
        raise AlreadyServed(f"process {lock_file.read_text().strip()} already serves {database}") from None
    lock_file.write_text(f"{os.getpid()}\n")
    return descriptor
