"""Durable requests until they are answered: in order for each room, one in flight, always with the same `cid`."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class PendingRequest:
    room: str
    method: str
    params: dict[str, Any]
    answer: "asyncio.Future[dict[str, Any]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    sent: bool = False

    @property
    def cid(self) -> str:
        return str(self.params["cid"])


class Outbox:
    """The pending requests of a client, by room."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, deque[PendingRequest]] = defaultdict(deque)
        self._requests: dict[str, PendingRequest] = {}

    def __len__(self) -> int:
        return len(self._requests)

    def add(self, request: PendingRequest) -> None:
        self._rooms[request.room].append(request)
        self._requests[request.cid] = request

    def get(self, cid: str | None) -> PendingRequest | None:
        return self._requests.get(cid) if cid else None

    def next_to_send(self, room: str) -> PendingRequest | None:
        """Return the first request of the room, or None while it is in flight."""
        requests = self._rooms[room]
        return requests[0] if requests and not requests[0].sent else None

    def rooms(self) -> list[str]:
        """Return the rooms that have pending requests."""
        return [room for room, requests in self._rooms.items() if requests]

    def done(self, request: PendingRequest) -> None:
        if self._requests.pop(request.cid, None):
            self._rooms[request.room].remove(request)

    def connection_lost(self) -> None:
        """Mark all requests as not sent: the server may have stored those in flight or not, so they go out again."""
        for request in self._requests.values():
            request.sent = False
