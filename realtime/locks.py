"""Logs that another process keeps locked: a process that is stopped must not hold up the other rooms."""

import logging
from collections.abc import Collection, Set

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from realtime.log import heads
from realtime.models import Log
from realtime.prepared import prepared
from realtime.protocol import LogKey

logger = logging.getLogger(__name__)


class HeldLogs:
    """The logs whose lock was not to be had in time. The writer refuses their requests until the lock is free."""

    def __init__(self) -> None:
        self._keys: set[LogKey] = set()

    def still(self) -> Set[LogKey]:
        """Return those that are still locked; the others are forgotten."""
        if self._keys:
            self._keys &= locked(self._keys)
        return self._keys

    def find(self, keys: Collection[LogKey]) -> bool:
        """After a wait for a lock: keep those of `keys` that are locked. Return whether there are any."""
        try:
            found = locked(keys)
        except (OperationalError, InterfaceError):
            return False
        if found - self._keys:
            logger.warning("another process holds %d rooms: their requests are refused until it lets go", len(found))
        self._keys |= found
        return bool(found)


def locked(keys: Collection[LogKey]) -> set[LogKey]:
    """Return those of these logs that somebody else has locked now. It waits for nobody."""
    with transaction.atomic():
        return heads(keys).keys() - set(map(LogKey, _free(keys)))


@prepared
def _free(keys: Collection[LogKey]) -> "QuerySet[Log, str]":
    rows = Log.objects.select_for_update(skip_locked=True, no_key=True).filter(key__in=keys)
    return rows.values_list("key", flat=True)
