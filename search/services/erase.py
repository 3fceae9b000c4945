"""Erase removed words from the disk: out of the segments of SQLite's index, then out of its write-ahead log.

A round begins `WAIT_MS` after the first removal. Its steps are short, because posts wait for each.
"""

from collections.abc import Callable, Collection
from functools import partial
from typing import Final

from django.db import connection

from realtime.log import Batch, now_ms
from search.models import Erasure
from search.storage import PART, index

WAIT_MS: Final = 5 * 60_000
CHECKPOINT_TIMEOUT_MS: Final = 50
"""Readers may hold up the emptying of the write-ahead log for so long; then it is tried again."""


def removed_note(batch: Batch, messages: Collection[int]) -> None:
    """Remember the parts of the index from which these messages are removed."""
    if connection.vendor != "sqlite":
        return
    for part in {message // PART for message in messages}:
        values = {"removed_at": batch.now, "merged": False}
        Erasure.objects.update_or_create(part=part, defaults=values, create_defaults=values | {"since": batch.now})


def work() -> Callable[[Batch], None] | None:
    """Return the next step, or None."""
    due = Erasure.objects.filter(since__lte=now_ms() - WAIT_MS).order_by("merged", "since")
    row = due.first()
    if row is None:
        return None
    if not row.merged:
        return partial(_merge, row.part)
    return partial(_forget, row.part, row.removed_at) if _log_emptied() else None


def _merge(part: int, batch: Batch) -> None:
    row = Erasure.objects.filter(part=part).first()
    if row is None:
        return
    first, row.began_at = row.began_at is None, row.began_at or batch.now
    if not index().erase_step(part, first):
        row.merged = row.removed_at < row.began_at
        row.began_at = None
    row.save()


def _forget(part: int, removed_at: int, batch: Batch) -> None:
    Erasure.objects.filter(part=part, removed_at=removed_at, merged=True).delete()


def _log_emptied() -> bool:
    """Copy the write-ahead log into the database and cut it to nothing. Return whether nobody was reading it."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        [timeout] = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_TIMEOUT_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [busy, *_] = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {timeout}")
    return not busy
