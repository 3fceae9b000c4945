"""Brings committed events to the rooms of this process, in order and without a gap."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Final

from realtime import log
from realtime.background import BackgroundTasks
from realtime.hub.room import Room
from realtime.hub.rooms import Rooms
from realtime.limits import Limits
from realtime.log.event import LogEvent
from realtime.log.permissions import PermissionsChanged, permissions_changed
from realtime.metrics import Metrics
from realtime.types import Head, LogKey
from realtime.workers.readers import Readers

OFFSET_MAX: Final = 2**62
ROOMS_PER_QUERY: Final = 500


class Feed:
    """Applies events to rooms, and reads from the database what neither a commit nor the bus has brought."""

    def __init__(
        self,
        limits: Limits,
        rooms: Rooms,
        readers: Readers,
        metrics: Metrics,
        tasks: BackgroundTasks,
        recheck: Callable[[PermissionsChanged], None],
    ) -> None:
        self._limits, self._rooms, self._readers, self._metrics = limits, rooms, readers, metrics
        self._tasks, self._recheck = tasks, recheck
        self.repaired: Counter[str] = Counter()
        """Events that were read from the database, by what showed that they were missing."""

    def apply(self, key: LogKey, events: Sequence[LogEvent], source: str) -> None:
        """Deliver the new ones of these events, and repair a gap before them."""
        room = self._rooms.get(key)
        if room is None:
            return
        messages_before = room.recent.head.n
        new, gap = room.recent.apply(events)
        self._deliver(room, new, messages_before)
        if gap:
            self.repair(room, source)

    def repair(self, room: Room, source: str) -> None:
        """Read what is missing, in one task a room."""
        if room.repairing is None or room.repairing.done():
            room.repairing = self._tasks.start(self.read_missing(room, source))

    async def read_missing(self, room: Room, source: str) -> None:
        while True:
            events = await self._readers.run(log.read, room.key, room.recent.head.o, OFFSET_MAX)
            messages_before = room.recent.head.n
            new, _ = room.recent.apply(events)
            self.repaired[source] += len(new)
            self._deliver(room, new, messages_before)
            if len(events) < log.PAGE:
                return

    async def reconcile(self) -> None:
        """Compare the head of every room with the database: the safety net below commits and the bus."""
        rooms = list(self._rooms)
        for start in range(0, len(rooms), ROOMS_PER_QUERY):
            part = rooms[start : start + ROOMS_PER_QUERY]
            heads = await self._readers.run(log.heads, [room.key for room in part])
            for room in part:
                if heads.get(room.key, 0) > room.recent.head.o:
                    self.repair(room, "sweep")

    async def load(self, keys: Collection[LogKey]) -> list[Room]:
        """Return these rooms with their recent events. Heads, and last events, are read in one call for all rooms."""
        known = {key: room for key in keys if (room := self._rooms.get(key))}
        for room in known.values():
            room.idle_since = None  # it is not evicted meanwhile
        if new := [key for key in keys if key not in known]:
            heads = await self._readers.run(_heads_of, new)
            known |= {key: self._rooms.room(key, heads[key]) for key in new}
        if unfilled := [room for room in known.values() if room.filling is None]:
            filling = self._tasks.start(self._fill(unfilled))
            for room in unfilled:
                room.filling = filling
        for room in known.values():
            if room.filling and not room.filling.done():
                await asyncio.shield(room.filling)
        return [known[key] for key in keys]

    async def _fill(self, rooms: Sequence[Room]) -> None:
        tails = await self._readers.run(_tails, [room.key for room in rooms], self._limits.ring)
        for room, tail in zip(rooms, tails, strict=True):
            room.recent.prepend(tail)
            self.apply(room.key, [event for event in tail if event.o > room.recent.head.o], "open")

    def _deliver(self, room: Room, new: Sequence[LogEvent], messages_before: int) -> None:
        if new and room.key == log.SITE:
            for event in new:
                self._recheck(permissions_changed(event.data))
        elif new:
            room.deliver(new)
            room.count_due = True
            added = room.recent.head.n - messages_before
            self._metrics.delivered(room.key, added, len(new) * len(room.subscriptions))


def _heads_of(keys: Collection[LogKey]) -> dict[LogKey, Head]:
    return {key: log.head_of(key) for key in keys}


def _tails(keys: Collection[LogKey], limit: int) -> list[list[LogEvent]]:
    return [log.tail(key, limit) for key in keys]
