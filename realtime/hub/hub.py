"""The process's fan-out: committed events to all who read them, in order and without a hole.

Only the hub publishes. It runs in the event loop; it asks the database only to fill, repair and sweep.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from realtime import errors, log
from realtime.errors import RealtimeError, not_found
from realtime.hub.bus import Bus, BusMessage
from realtime.hub.revocation import Logins, Revocation
from realtime.hub.room import Frames, Room, Subscription, page_of
from realtime.hub.rooms import Rooms
from realtime.hub.signals import Signals
from realtime.hub.subscribing import Opened, Opening
from realtime.limits import Limits
from realtime.log.event import LogEvent
from realtime.log.permissions import PermissionsChanged, permissions_changed
from realtime.methods import Backend
from realtime.metrics import Metrics
from realtime.server.frames import EncodedFrames
from realtime.types import Caller, Labels, LogKey, Position, Signal
from realtime.wire import messages
from realtime.workers.readers import Readers

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

logger = logging.getLogger(__name__)

OPEN_END: Final = 2**62

A = ParamSpec("A")
T = TypeVar("T")


class Hub:
    """Rooms of this process, their readings, and the way to the other processes."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        backend: Backend,
        readers: Readers,
        layer: Any,
        now: Callable[[], float],
        meters: Metrics,
        logins: Logins,
    ) -> None:
        self.name, self._limits, self._backend, self._readers, self._now = name, limits, backend, readers, now
        self._meters = meters
        self._tasks: set[asyncio.Task[None]] = set()
        self.doorbell = Bus(layer, self.heard)
        self.rooms = Rooms(limits.ring, now, self.doorbell.want)
        self.signals = Signals(name, limits, self.rooms, self.doorbell, self._found, now, backend.changes)
        self.repaired: Counter[str] = Counter()
        """events found by another way than the commit or the doorbell, by source"""
        self.revocation = Revocation(self.rooms, backend, logins, self._released, limits.answer_s)

    async def start(self) -> None:
        self.rooms.room(log.SITE, await self._readers.run(log.head_of, log.SITE))
        await self.doorbell.start()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.doorbell.stop()
        await self.revocation.stop()

    # Events

    def committed(self, entries: Sequence[LogEvent], signals: Sequence[Signal] = ()) -> None:
        """Events that this process has committed: to its own readers first, then a ring at the others'."""
        for key, run in groupby(sorted(entries, key=_place), key=lambda entry: entry.room):
            events = list(run)
            self._take(key, events, "commit")
            self.doorbell.ring(BusMessage(self.name, key, head=events[-1].o, events=events))
        for signal in signals:
            self.signals.send(signal)
        if entries and (arrived := self._meters.sampled(entries[0].cid)) is not None:
            asyncio.get_running_loop().call_soon(self._handed, arrived)

    def _handed(self, arrived: float) -> None:
        """After every reader's task that the delivery has woken: what it could write is with the server."""
        self._meters.passed(self._now() - arrived)

    def heard(self, bell: BusMessage) -> None:
        """A word from another process; its own words come back and are not heard."""
        if bell.process == self.name:
            return
        self.signals.heard(bell)
        if bell.events:
            self._take(bell.room, bell.events, "doorbell")
        elif (room := self.rooms.get(bell.room)) and bell.head > room.ring.head.o:
            self._repair(room, "doorbell")

    async def sweep(self) -> None:
        """The safety net: compare every head with the database, one query for 500 rooms; go on where a read failed."""
        rooms = list(self.rooms)
        for start in range(0, len(rooms), 500):
            part = rooms[start : start + 500]
            found = await self._readers.run(log.heads, [room.key for room in part])
            for room in part:
                if found.get(room.key, 0) > room.ring.head.o:
                    self._repair(room, "sweep")
        for room in rooms:
            for connection, reading in room.readings.items():
                if not (reading.live or reading.opening or connection.out.lagging):
                    self.follow(connection, room.key)
        self.rooms.retire()

    def _take(self, key: LogKey, entries: Sequence[LogEvent], source: str) -> None:
        room = self.rooms.get(key)
        if room is None:
            return
        before = room.ring.head.n
        fresh, hole = room.ring.take(entries)
        self._deliver(room, fresh, before)
        if hole:
            self._repair(room, source)

    def _deliver(self, room: Room, fresh: Sequence[LogEvent], before: int) -> None:
        """`before`: how many lines the room had."""
        if fresh and room.key == log.SITE:
            for entry in fresh:
                self.recheck(permissions_changed(entry.data))
        elif fresh:
            room.deliver(fresh)
            room.counted = False
            self._meters.delivered(room.key, room.ring.head.n - before, len(fresh) * len(room.readings))

    def recheck(self, change: PermissionsChanged) -> None:
        """Stop delivery to those whom this may be about, and ask about them again."""
        self._spawn(self.revocation.recheck(change, self.revocation.begin(change)))

    def _repair(self, room: Room, source: str) -> None:
        """Read what is missing; one reader a room at a time."""
        if room.repairing is None or room.repairing.done():
            room.repairing = self._spawn(self._repaired(room, source))

    async def _repaired(self, room: Room, source: str) -> None:
        while True:
            entries = await self._readers.run(log.read, room.key, room.ring.head.o, OPEN_END)
            before = room.ring.head.n
            fresh, _ = room.ring.take(entries)
            self.repaired[source] += len(fresh)
            self._deliver(room, fresh, before)
            if len(entries) < log.PAGE:
                return

    # Readings

    async def open(self, connection: "Connection", key: LogKey, position: Position | None) -> dict[str, Any]:
        """Make `connection` read this room from `position`: the opening, after which `follow` lets events through."""
        before = self.revocation.count
        labels = await self._readers.run(self.labels, connection.caller, [key])
        return _or_raised((await self.open_all(connection, {key: position}, labels, before))[key])

    async def open_all(
        self,
        connection: "Connection",
        positions: Mapping[LogKey, Position | None],
        labels: Mapping[LogKey, Labels | RealtimeError],
        before: int,
    ) -> dict[LogKey, Opened]:
        """Open rooms, each by itself and their snapshots at once; `before`: changes counted when `labels` were read."""
        opened: dict[LogKey, Opened] = {}
        begun: list[Opening] = []
        try:
            for key, position in positions.items():
                try:
                    begun.append(await self._begin(connection, key, position, labels[key], before))
                except RealtimeError as refusal:
                    opened[key] = refusal
            await self._show(connection.caller, [opening for opening in begun if not opening.replays])
        except BaseException:
            for opening in begun:
                self._give_up(opening.room, opening.reading)
            raise
        opened |= {opening.room.key: opening.opened for opening in begun}
        return {key: opened[key] for key in positions}

    async def _begin(
        self,
        connection: "Connection",
        key: LogKey,
        position: Position | None,
        labels: Labels | RealtimeError,
        before: int,
    ) -> Opening:
        others = [room for room in self.rooms.opened(connection) if room.key != key]
        if len(others) >= self._limits.rooms_open:
            raise errors.conflict("too_many_rooms", f"at most {self._limits.rooms_open} rooms are open at a time")
        reading = Subscription(connection, _or_raised(labels))
        room = self._enter(await self._filled(key), reading)
        try:
            if before != self.revocation.count:  # a later one finds the reading
                labels = _or_raised((await self._readers.run(self.labels, connection.caller, [key]))[key])
                self.rooms.relabel(room, reading, labels)
            return await self._opening(room, reading, position)
        except BaseException:
            self._give_up(room, reading)
            raise

    def _give_up(self, room: Room, reading: Subscription) -> None:
        if room.readings.get(reading.connection) is reading:
            self.rooms.forget(reading.connection, room)

    def labels(self, caller: Caller, keys: Collection[LogKey]) -> dict[LogKey, Labels | RealtimeError]:
        """The labels, or why not; to be run by a reader."""
        found = {key: _attempted(self._backend.may_read, caller, key) for key in keys}
        return {key: not_found("no such room") if labels is None else labels for key, labels in found.items()}

    async def _still_may_read(self, caller: Caller, key: LogKey) -> Labels | None:
        """The labels, or None for a refusal of whatever kind; only a database that does not answer is no answer."""
        try:
            return await self._readers.run(self._backend.may_read, caller, key)
        except RealtimeError as refusal:
            if refusal.code >= 500:
                raise
            return None

    async def _filled(self, key: LogKey) -> Room:
        """The room with its ring read from the log."""
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms.room(key, await self._readers.run(log.head_of, key))
        room.idle_since = None  # it stays while this opens
        if room.filling is None:
            room.filling = self._spawn(self._fill(room))
        await asyncio.shield(room.filling)
        return room

    async def _fill(self, room: Room) -> None:
        tail = await self._readers.run(log.tail, room.key, self._limits.ring)
        room.ring.fill(tail)
        self._take(room.key, [entry for entry in tail if entry.o > room.ring.head.o], "open")

    def _enter(self, room: Room, reading: Subscription) -> Room:
        room.enter(reading)
        self.rooms.listen(room, reading.connection)
        self.signals.entered(room, reading)
        return room

    async def _opening(self, room: Room, reading: Subscription, position: Position | None) -> Opening:
        if position is not None and position.o > room.ring.head.o:
            await self._repaired(room, "open")
        head = room.ring.head
        result = {"mode": "replay", "head": head, **room.people()}
        held = position is not None and await self._holds(room, position)
        replays = position is not None and held and head.o - position.o <= self._limits.replay
        if position is not None and not held:
            result["gone"] = True
        reading.offset = position.o if position and replays else head.o
        return Opening(room, reading, head, result, replays)

    async def _show(self, caller: Caller, openings: Sequence[Opening]) -> None:
        """Read the snapshots of these openings, one after the other, and put them into their results."""
        if not openings:
            return
        try:
            shown = await self._readers.run(self._snapshots, caller, openings)
        except RealtimeError as refusal:
            shown = [refusal] * len(openings)
        for opening, snapshot in zip(openings, shown, strict=True):
            if isinstance(snapshot, RealtimeError):
                opening.refusal = snapshot
                self._give_up(opening.room, opening.reading)
            else:
                opening.show(snapshot)

    def _snapshots(self, caller: Caller, openings: Sequence[Opening]) -> list[dict[str, Any] | RealtimeError]:
        show = self._backend.snapshot
        return [_attempted(show, caller, each.room.key, each.reading.labels, each.head) for each in openings]

    async def _holds(self, room: Room, position: Position) -> bool:
        known = room.ring.holds(position)
        return await self._readers.run(log.holds, room.key, position) if known is None else known

    def follow(self, connection: "Connection", key: LogKey) -> None:
        """The opening has been answered: bring the reading to the head, then live."""
        room = self.rooms.get(key)
        reading = room.readings.get(connection) if room else None
        if room is None or reading is None or reading.live:
            return
        reading.opening = False
        if connection in room.held or (reading.task and not reading.task.done()):
            return
        reading.task = self._spawn(self._catch_up(room, reading))

    async def _catch_up(self, room: Room, reading: Subscription) -> None:
        """Page by page to the head; between the last look at the head and `live` nothing awaits."""
        while reading.offset < room.ring.head.o:
            entries = room.ring.since(reading.offset)
            if entries is None:
                entries = await self._readers.run(log.read, room.key, reading.offset, room.ring.head.o)
                room.ring.blank(entries)
            page = page_of(entries, self._limits.lagging_bytes // 4)
            if room.readings.get(reading.connection) is not reading or reading.connection in room.held or not page:
                return
            if not reading.connection.out.push(Frames(page).of(reading.labels)):
                return
            reading.offset = page[-1].o
            await asyncio.sleep(0)  # let the reader take it
        reading.live = reading.connection not in room.held

    def resume(self, connection: "Connection") -> None:
        """A lagging connection has room again."""
        for room in self.rooms.opened(connection):
            self._resume(connection, room)

    def _resume(self, connection: "Connection", room: Room, *, people: bool = True) -> None:
        """Send what an open room has missed: the full list of people, and events from where the reading was."""
        reading = room.readings.get(connection)
        if reading is None or reading.opening:
            return
        if connection in room.held:
            room.missed.add(connection)
            return
        if people:
            connection.out.signal(EncodedFrames(messages.signal(room.key, "people", "", room.people())))
        self.follow(connection, room.key)

    def _released(self, connection: "Connection", key: LogKey) -> None:
        """Go on with a room that a connection may still read, once its permissions have been checked."""
        room = self.rooms.get(key)
        if room is None or key not in connection.rooms:
            return
        missed = connection in room.missed
        room.missed.discard(connection)
        if missed:
            room.counted = False
        self._resume(connection, room, people=missed)

    def close(self, connection: "Connection", key: LogKey) -> None:
        """Stop reading; counts of the room still come."""
        if room := self.rooms.get(key):
            room.exit(connection, self._now())

    def people(self, connection: "Connection", key: LogKey) -> dict[str, Any]:
        room = self.rooms.get(key)
        if room is None or connection not in room.readings:
            raise not_found("open the room first")
        return room.people()

    def _found(self, connection: "Connection", key: LogKey) -> None:
        """A connection was told of a room: it listens to its counts from now on."""
        self._spawn(self._listen(connection, key))

    async def _listen(self, connection: "Connection", key: LogKey) -> None:
        before = -1
        while before != self.revocation.count:  # a word may outlive the right to what it is about
            before = self.revocation.count
            if await self._still_may_read(connection.caller, key) is None:
                return
            head = await self._readers.run(log.head_of, key)
        room = self.rooms.get(key) or self.rooms.room(key, head)
        if connection in self.rooms.of_user(connection.caller.id):
            self.rooms.listen(room, connection)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _attempted(function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T | RealtimeError:
    try:
        return function(*args, **kwargs)
    except RealtimeError as refusal:
        return refusal


def _or_raised(found: T | RealtimeError) -> T:
    if isinstance(found, RealtimeError):
        raise found
    return found


def _place(entry: LogEvent) -> tuple[LogKey, int]:
    return entry.room, entry.o


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    """A failed repair or fill is said once; the sweep tries again."""
    try:
        await work
    except RealtimeError as error:
        logger.warning("the hub could not read: %s", error.detail)
    except Exception:
        logger.exception("the hub failed")
