"""A room that a connection begins to read: from where, and what it is answered. Memory only."""

from dataclasses import dataclass
from typing import Any

from realtime.errors import RealtimeError, not_found
from realtime.hub.room import Room, Subscription
from realtime.types import Head

Opened = dict[str, Any] | RealtimeError
"""The answer to one room: `{mode, head, presence, here}`, with a snapshot where nothing is replayed; or why not."""


@dataclass(eq=False, slots=True)
class Opening:
    """`head` was read when the reading stood in the room: whatever comes after it is not missed."""

    room: Room
    reading: Subscription
    head: Head
    result: dict[str, Any]
    replays: bool
    refusal: RealtimeError | None = None

    def show(self, snapshot: dict[str, Any]) -> None:
        self.result |= {"mode": "snapshot", "snapshot": {**snapshot, "head": self.head}}

    @property
    def opened(self) -> Opened:
        """A right that was narrowed meanwhile took the reading out of the room."""
        if self.refusal is None and not self.stands:
            return not_found("no such room")
        return self.refusal or self.result

    @property
    def stands(self) -> bool:
        return self.room.readings.get(self.reading.connection) is self.reading
