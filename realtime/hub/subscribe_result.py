"""A room that a connection begins to read, on the way to its answer. Memory only."""

from dataclasses import dataclass, field
from typing import Any

from realtime.errors import RealtimeError, not_found
from realtime.hub.delivery import Subscription
from realtime.hub.room import Room
from realtime.types import Head

Answer = dict[str, Any] | RealtimeError
"""`{mode, head, presence, here}`, with a snapshot where nothing is replayed; or the reason why not."""


@dataclass(eq=False, slots=True)
class SubscribeResult:
    """The head is read while the subscription is in the room, so that nothing after it is missed."""

    room: Room
    subscription: Subscription
    head: Head
    value: dict[str, Any] = field(default_factory=dict)
    replays: bool = False
    error: RealtimeError | None = None

    def add_snapshot(self, snapshot: dict[str, Any]) -> None:
        self.value |= {"mode": "snapshot", "snapshot": {**snapshot, "head": self.head}}

    @property
    def answer(self) -> Answer:
        """Return the value or the error; a recheck may have ended the subscription meanwhile."""
        if self.error is None and not self.subscribed:
            return not_found("no such room")
        return self.error or self.value

    @property
    def subscribed(self) -> bool:
        return self.room.subscriptions.get(self.subscription.subscriber) is self.subscription
