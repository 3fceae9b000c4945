"""The client of a chaos run: it records what it did and saw, and the timelines it would show."""

from random import Random
from typing import Any

from tests.chaos.history import History
from tests.chaos.lines import Lines
from tests.client.resuming import LoggedIn, ResumingClient


class RecordedClient(ResumingClient):
    def __init__(self, guest: LoggedIn, random: Random, *, doubles: float = 0.0) -> None:
        self.history = History(guest.name)
        self.lines: dict[str, Lines] = {}
        super().__init__(guest, random, doubles=doubles, recorder=self.history)

    def on_snapshot(self, room: str, snapshot: dict[str, Any]) -> None:
        self.lines.setdefault(room, Lines()).opened(snapshot["lines"])

    def on_event(self, event: dict[str, Any]) -> None:
        self.lines.setdefault(event["room"], Lines()).received(event)

    def record_views(self) -> None:
        """Record the position and the timeline of each open room."""
        for room in sorted(self.opened):
            self.history.add("quiet", room, "info", o=self.offset(room))
            if room in self.lines:
                self.history.add("lines", room, "info", o=self.offset(room), body=self.lines[room].summary())
