"""The task that tells the app which users are connected."""

from collections.abc import Callable, Collection, Iterable
from typing import Final

from realtime.workers.jobs import Task

SEEN_EVERY_S: Final = 600.0


def users_seen(seen: Callable[[Collection[int], int], None], users: Iterable[int]) -> Task:
    """Return the job that calls `seen` with these primary keys and the time."""
    keys = sorted(users)
    return Task("users.seen", lambda batch: seen(keys, batch.now))
