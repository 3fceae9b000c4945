"""Durable requests until they are answered: per room in order, one in flight, the same `cid` however often sent."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The server said no, and will again: `{code, message, data}`."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.code: int = error["code"]


@dataclass(slots=True)
class LogEvent:
    room: str
    method: str
    params: dict[str, Any]
    answer: "asyncio.Future[dict[str, Any]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    sent: bool = False

    @property
    def cid(self) -> str:
        return str(self.params["cid"])


class Outbox:
    def __init__(self) -> None:
        self._rooms: defaultdict[str, deque[LogEvent]] = defaultdict(deque)
        self._entries: dict[str, LogEvent] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: LogEvent) -> None:
        self._rooms[entry.room].append(entry)
        self._entries[entry.cid] = entry

    def get(self, cid: str | None) -> LogEvent | None:
        return self._entries.get(cid) if cid else None

    def to_send(self, room: str) -> LogEvent | None:
        """The first of the room, unless it is on its way."""
        entries = self._rooms[room]
        return entries[0] if entries and not entries[0].sent else None

    def rooms(self) -> list[str]:
        return [room for room, entries in self._rooms.items() if entries]

    def done(self, entry: LogEvent) -> None:
        if self._entries.pop(entry.cid, None):
            self._rooms[entry.room].remove(entry)

    def cut(self) -> None:
        """Whatever was on its way may have arrived or not: it will be sent again."""
        for entry in self._entries.values():
            entry.sent = False
