"""Searches end after `SEARCH_S`, and a person has few of them at once."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError, connection, transaction

from realtime import too_fast

SEARCH_S: Final = 2.0
OF_A_PERSON: Final = 2
OF_A_PROCESS: Final = 3
"""The process has four readers, so one stays free for other requests."""
RETRY_MS: Final = 1_000
CANCELLED: Final = "57014"
"""The code of PostgreSQL for a statement that has reached its timeout."""
STEPS: Final = 5_000
"""SQLite asks after so many steps of its machine whether it should go on."""

_lock: Final = threading.Lock()
_running: Final[Counter[int]] = Counter()


@contextmanager
def place(person: int) -> Iterator[None]:
    """Hold a place for a search of this person in this process. Raise 429 `searching` when there is none."""
    with _lock:
        if _running[person] >= OF_A_PERSON or _running.total() >= OF_A_PROCESS:
            raise too_fast(RETRY_MS, "searching")
        _running[person] += 1
    try:
        yield
    finally:
        with _lock:
            _running[person] -= 1
            if not _running[person]:
                del _running[person]


class Cut:
    """The end of a search. `reached` tells whether it was cut."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.reached = False

    @property
    def left_s(self) -> float:
        return self._end - time.monotonic()

    def over(self) -> bool:
        """Return whether the time is over, and note it."""
        self.reached = self.reached or self.left_s <= 0
        return self.reached


@contextmanager
def cut(seconds: float | None = None) -> Iterator[Cut]:
    """Stop the queries in this block when the time is over. What was found before is kept by the caller."""
    end = Cut(SEARCH_S if seconds is None else seconds)
    try:
        with _sqlite(end) if connection.vendor == "sqlite" else transaction.atomic():
            yield end
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == CANCELLED:  # its clock may be a little ahead of this one
            end.reached = True
        if not end.over():
            raise


def bound(end: Cut) -> bool:
    """Prepare the next query of a search. Return whether there is time for it."""
    if end.over():
        return False
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(max(1, int(end.left_s * 1000)))])
    return True


@contextmanager
def _sqlite(end: Cut) -> Iterator[None]:
    connection.ensure_connection()
    database: Any = connection.connection
    database.set_progress_handler(end.over, STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)
