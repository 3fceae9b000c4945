"""Logs that another process keeps locked. A process that is stopped must not hold up the other rooms."""

import logging
from collections.abc import Collection, Set

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from realtime.log.reading import heads
from realtime.models import Log
from realtime.storage import timeouts
from realtime.storage.prepared import prepared
from realtime.types import LogKey

logger = logging.getLogger(__name__)


class BlockedLogs:
    """The logs whose lock was not obtained in time. The writer refuses their jobs until the lock is free.

    When such a log grows, the process that locks it is busy and not stopped: the writer waits for its lock again.
    """

    def __init__(self) -> None:
        self._heads: dict[LogKey, int] = {}

    def refresh(self) -> Set[LogKey]:
        """Return the logs that are still locked, and forget the others."""
        if self._heads:
            _terminate_abandoned()
            found = locked(list(self._heads))
            self._heads = {key: head for key, head in found.items() if head == self._heads[key]}
        return self._heads.keys()

    def add_locked(self, keys: Collection[LogKey]) -> bool:
        """Remember those of `keys` that another process has locked now. Return whether there are any."""
        try:
            found = locked(keys)
        except (OperationalError, InterfaceError):
            return False
        if found.keys() - self._heads.keys():
            logger.warning("another process holds %d rooms: their requests are refused until that ends", len(found))
        self._heads |= found
        return bool(found)


ABANDONED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND state LIKE 'idle in transaction%%'
    AND state_change < clock_timestamp() - make_interval(secs => %s)
    AND pid IN (SELECT pid FROM pg_locks WHERE granted AND relation = %s::regclass)
"""


def _terminate_abandoned() -> None:
    """End transactions that keep a log locked and send nothing.

    PostgreSQL does so by `idle_in_transaction_session_timeout`, but not after psycopg's `executemany`: that ends with a
    Flush behind its Sync, at which PostgreSQL stops the clock.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(ABANDONED, [timeouts.IDLE_S, Log._meta.db_table])
            ended = len(cursor.fetchall())
    except DatabaseError as error:
        logger.warning("silent transactions could not be ended: %s", error)
        return
    if ended:
        logger.warning("ended %d transactions that had been silent for %g s", ended, timeouts.IDLE_S)


def locked(keys: Collection[LogKey]) -> dict[LogKey, int]:
    """Return the heads of the logs that another process has locked now, without waiting for a lock."""
    with transaction.atomic():
        free = set(_free(keys))
        return {key: head for key, head in heads(keys).items() if key not in free}


@prepared
def _free(keys: Collection[LogKey]) -> "QuerySet[Log, str]":
    rows = Log.objects.select_for_update(skip_locked=True, no_key=True).filter(key__in=keys)
    return rows.values_list("key", flat=True)
