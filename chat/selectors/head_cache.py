"""Cache data that is the same for all readers of a room, so that it is read once.

An entry is valid while the room's log has the same head, because every change of a room, a message or a table is an
event. It is kept for at most a second, because some changes are no event: a new name, the end of an invite.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from realtime import Head, LogKey

T = TypeVar("T")

KEPT_S: Final = 1.0
ROOMS: Final = 64


class cached_by_head(Generic[T]):
    """Caches the result of a function that reads a room. Call it with the room's head, and do not change the result."""

    def __init__(self, read: Callable[[LogKey], T]) -> None:
        self._read = read
        self._found: dict[LogKey, tuple[Head, float, T]] = {}

    def __call__(self, room: LogKey, head: Head) -> T:
        cached, now = self._found.get(room), monotonic()
        if cached is not None and cached[0] == head and now - cached[1] < KEPT_S:
            return cached[2]
        value = self._read(room)
        if len(self._found) >= ROOMS:
            self._found.clear()
        self._found[room] = head, now, value
        return value
