"""Cache what is equal for all who open a room, so that only the first one reads it.

An entry is valid while the room's log has the same head, because every change of a room, a message or a table is an
event. It is also valid for at most a second, for other changes: a name, the end of an invite.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final, Generic, TypeVar

from realtime import Head, LogKey

T = TypeVar("T")

KEPT_S: Final = 1.0
ROOMS: Final = 64


class cached_by_head(Generic[T]):
    """A function of a room that reads, asked with the head that was read before. Nobody changes what it gives."""

    def __init__(self, read: Callable[[LogKey], T]) -> None:
        self._read = read
        self._found: dict[LogKey, tuple[Head, float, T]] = {}

    def __call__(self, room: LogKey, head: Head) -> T:
        found, now = self._found.get(room), monotonic()
        if found is not None and found[0] == head and now - found[1] < KEPT_S:
            return found[2]
        value = self._read(room)
        if len(self._found) >= ROOMS:
            self._found.clear()
        self._found[room] = head, now, value
        return value
