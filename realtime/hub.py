"""The process's fan-out: committed events to all who read them, in order and without a hole; and signals.

Only the hub publishes. It runs in the event loop; it asks the database only to fill, repair and sweep.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import msgspec

from realtime import log, protocol
from realtime.doorbell import Bell, Doorbell
from realtime.entry import Entry
from realtime.limits import Limits
from realtime.methods import Backend, Caller, Labels, Signal
from realtime.presence import Person
from realtime.protocol import Head, LogKey, Position, RealtimeError, UserId, not_found
from realtime.readers import Readers
from realtime.room import Frames, Reading, Room, room_of

if TYPE_CHECKING:
    from realtime.connection import Connection

logger = logging.getLogger(__name__)

SLOT_S: Final = 0.05
"""signals of a room within this time go out together, the latest of a slot"""
LEAVE_S: Final = 2.0
"""a person who reloads has not left"""
WARM_S: Final = 60.0
"""how long an empty room keeps its ring"""
OPEN_END: Final = 2**62


class Hub:
    """Rooms of this process, their readings, and the way to the other processes."""

    def __init__(
        self, name: str, limits: Limits, backend: Backend, readers: Readers, layer: Any, now: Callable[[], float]
    ) -> None:
        self._name, self._limits, self._backend, self._readers, self._now = name, limits, backend, readers, now
        self._rooms: dict[LogKey, Room] = {}
        self._users: dict[UserId, set[Connection]] = {}
        self.narrowings = 0
        """how often somebody's rights were narrowed: what was read before may be read again"""
        self._unflushed: set[LogKey] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._presence_at = 0.0
        self.doorbell = Doorbell(layer, self.heard)
        self.repaired: Counter[str] = Counter()
        """events found by another way than the commit or the doorbell, by source"""

    async def start(self) -> None:
        await self.doorbell.start()
        self._room(log.SITE, await self._readers.run(log.head_of, log.SITE))

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.doorbell.stop()

    # Events

    def committed(self, entries: Sequence[Entry]) -> None:
        """Events that this process has committed: to its own readers first, then a ring at the others'."""
        for key, run in groupby(sorted(entries, key=lambda entry: (entry.room, entry.o)), key=lambda entry: entry.room):
            events = list(run)
            self._take(key, events, "commit")
            self.doorbell.ring(Bell(self._name, key, head=events[-1].o, events=events))

    def heard(self, bell: Bell) -> None:
        """A word from another process; its own words come back and are not heard."""
        if bell.process == self._name:
            return
        for kind, key, value in bell.signals:
            self._signal_here(Signal(bell.room, kind, key, value, bell.to))
        room = self._rooms.get(bell.room)
        if room is None:
            return
        if bell.events:
            self._take(bell.room, bell.events, "doorbell")
        elif bell.head > room.ring.head.o:
            self._repair(room, "doorbell")
        if bell.people is not None:
            self._changed(room, room.presence.say(bell.process, bell.people, self._now(), full=bell.full))

    async def sweep(self) -> None:
        """The safety net: compare every head with the database, in one query a 500 rooms; retire what nobody reads."""
        rooms = list(self._rooms.values())
        for start in range(0, len(rooms), 500):
            part = rooms[start : start + 500]
            found = await self._readers.run(log.heads, [room.key for room in part])
            for room in part:
                if found.get(room.key, 0) > room.ring.head.o:
                    self._repair(room, "sweep")
        self._retire()

    def _take(self, key: LogKey, entries: Sequence[Entry], source: str) -> None:
        room = self._rooms.get(key)
        if room is None:
            return
        fresh, hole = room.ring.take(entries)
        self._deliver(room, fresh)
        if hole:
            self._repair(room, source)

    def _deliver(self, room: Room, fresh: Sequence[Entry]) -> None:
        if not fresh:
            return
        if room.key == log.SITE:
            for entry in fresh:
                self._spawn(self._narrowed(**msgspec.json.decode(entry.data or "{}")))
            return
        room.deliver(fresh)
        room.counted = False

    def _repair(self, room: Room, source: str) -> None:
        """Read what is missing; one reader a room at a time."""
        if room.repairing is None or room.repairing.done():
            room.repairing = self._spawn(self._repaired(room, source))

    async def _repaired(self, room: Room, source: str) -> None:
        while True:
            entries = await self._readers.run(log.read, room.key, room.ring.head.o, OPEN_END)
            fresh, _ = room.ring.take(entries)
            self.repaired[source] += len(fresh)
            self._deliver(room, fresh)
            if len(entries) < log.PAGE:
                return

    # Rooms and readings

    def _room(self, key: LogKey, head: Head) -> Room:
        if key not in self._rooms:
            self._rooms[key] = room_of(key, self._limits.ring, head)
            self.doorbell.want(key)
        return self._rooms[key]

    async def _filled(self, key: LogKey) -> Room:
        """The room with its ring read from the log; the doorbell is wanted before the read."""
        room = self._rooms.get(key)
        if room is None:
            self.doorbell.want(key)
            room = self._room(key, await self._readers.run(log.head_of, key))
        if room.filling is None:
            room.filling = self._spawn(self._fill(room))
        await asyncio.shield(room.filling)
        return room

    async def _fill(self, room: Room) -> None:
        tail = await self._readers.run(log.tail, room.key, self._limits.ring)
        room.ring.fill(tail)
        fresh, hole = room.ring.take([entry for entry in tail if entry.o > room.ring.head.o])
        self._deliver(room, fresh)
        if hole:
            self._repair(room, "open")

    async def open(self, connection: "Connection", key: LogKey, position: Position | None) -> dict[str, Any]:
        """Make `connection` read this room from `position`: the opening, after which `follow` lets events through."""
        caller = connection.caller
        others = [room for room in self._open_rooms(connection) if room.key != key]
        if len(others) >= self._limits.rooms_open:
            raise protocol.conflict("too_many_rooms", f"at most {self._limits.rooms_open} rooms are open at a time")
        before = self.narrowings
        labels = await self._may_read(caller, key)
        room = await self._filled(key)
        if before != self.narrowings:
            labels = await self._may_read(caller, key)
        reading = self._enter(room, Reading(connection, labels))
        try:
            result = await self._opening(room, reading, position)
        except BaseException:
            self.close(connection, key)
            raise
        if room.readings.get(connection) is not reading:
            raise not_found("no such room")
        return result

    async def _may_read(self, caller: Caller, key: LogKey) -> Labels:
        labels = await self._readers.run(self._backend.may_read, caller, key)
        if labels is None:
            raise not_found("no such room")
        return labels

    async def _opening(self, room: Room, reading: Reading, position: Position | None) -> dict[str, Any]:
        if position is not None and position.o > room.ring.head.o:
            await self._repaired(room, "open")
        head = room.ring.head
        result: dict[str, Any] = {"mode": "replay", "head": head, **room.people()}
        if position is not None and head.o - position.o <= self._limits.replay and await self._holds(room, position):
            reading.offset = position.o
            return result
        caller = reading.connection.caller
        snapshot = await self._readers.run(self._backend.snapshot, caller, room.key, reading.labels, head)
        reading.offset = head.o
        return {**result, "mode": "snapshot", "snapshot": {**snapshot, "head": head}}

    async def _holds(self, room: Room, position: Position) -> bool:
        known = room.ring.holds(position)
        return await self._readers.run(log.holds, room.key, position) if known is None else known

    def _enter(self, room: Room, reading: Reading) -> Reading:
        connection = reading.connection
        known = room.readings.pop(connection, None)
        room.readings[connection] = reading
        self._listen(room, connection)
        caller = connection.caller
        if known is None:
            room.mine[caller.id] += 1
        room.leaving.pop(caller.id, None)
        self._said(room, {caller.id: caller.person})
        return reading

    def follow(self, connection: "Connection", key: LogKey) -> None:
        """The opening has been answered: bring the reading to the head, then live."""
        room = self._rooms.get(key)
        reading = room.readings.get(connection) if room else None
        if room is None or reading is None or reading.live or (reading.task and not reading.task.done()):
            return
        reading.opening = False
        reading.task = self._spawn(self._catch_up(room, reading))

    async def _catch_up(self, room: Room, reading: Reading) -> None:
        """Page by page to the head; between the last look at the head and `live` nothing awaits."""
        while reading.offset < room.ring.head.o:
            entries = room.ring.since(reading.offset)
            if entries is None:
                entries = await self._readers.run(log.read, room.key, reading.offset, room.ring.head.o)
                room.ring.blank(entries)
            if room.readings.get(reading.connection) is not reading or not entries:
                return
            if not reading.connection.push(*Frames(entries[: log.PAGE]).of(reading.labels)):
                return
            reading.offset = entries[: log.PAGE][-1].o
        reading.live = True

    def resume(self, connection: "Connection") -> None:
        """A lagging connection has room again: the full list of people, and events from where it was."""
        for room in self._open_rooms(connection):
            connection.signal(protocol.signal(room.key, "people", "", room.people()))
            self.follow(connection, room.key)

    def close(self, connection: "Connection", key: LogKey) -> None:
        """Stop reading; counts of the room still come."""
        room = self._rooms.get(key)
        if room is None or room.readings.pop(connection, None) is None:
            return
        user = connection.caller.id
        room.mine[user] -= 1
        if room.mine[user] <= 0:
            del room.mine[user]
            room.leaving[user] = self._now()

    def labels(self, connection: "Connection", key: LogKey) -> Labels | None:
        """The labels of a connection in a room it has open."""
        room = self._rooms.get(key)
        reading = room.readings.get(connection) if room else None
        return reading.labels if reading else None

    def people(self, connection: "Connection", key: LogKey) -> dict[str, Any]:
        room = self._rooms.get(key)
        if room is None or connection not in room.readings:
            raise not_found("open the room first")
        return room.people()

    def here(self, key: LogKey) -> int:
        room = self._rooms.get(key)
        return room.here if room else 0

    def _open_rooms(self, connection: "Connection") -> list[Room]:
        return [self._rooms[key] for key in connection.rooms if connection in self._rooms[key].readings]

    def _retire(self) -> None:
        now = self._now()
        for key, room in list(self._rooms.items()):
            if not room.empty or key == log.SITE:
                room.idle_since = None
            elif room.idle_since is None:
                room.idle_since = now
            elif now - room.idle_since > WARM_S:
                del self._rooms[key]
                self.doorbell.want(key, False)

    # Connections

    def enrol(self, connection: "Connection", memberships: Iterable[Mapping[str, Any]]) -> None:
        """A greeted connection, and the rooms whose counts it listens to."""
        self._users.setdefault(connection.caller.id, set()).add(connection)
        for membership in memberships:
            head = msgspec.convert(membership["head"], Head, from_attributes=True)
            self._listen(self._room(membership["key"], head), connection)

    def leave(self, connection: "Connection") -> None:
        for key in list(connection.rooms):
            self._forget(connection, self._rooms[key])
        user = connection.caller.id
        self._users.get(user, set()).discard(connection)
        if not self._users.get(user):
            self._users.pop(user, None)

    def connections_of(self, user: UserId) -> int:
        return len(self._users.get(user, ()))

    # Narrowed rights

    async def _narrowed(
        self, user: UserId, log: LogKey | None, login: str | None, reason: str, until: int | None
    ) -> None:
        """Ask again for each connection of the user. A greeting connection reads its user again."""
        self.narrowings += 1
        for connection in list(self._users.get(user, ())):
            caller = connection.caller
            if login is not None and caller.login != login:
                continue
            if login is not None:
                connection.end(protocol.LOGIN_ENDED)
                continue
            if log is None and await connection.banned():
                continue
            for key in [log] if log else list(connection.rooms):
                await self._ask_again(connection, caller, key, {"room": key, "reason": reason, "until": until})

    async def _ask_again(self, connection: "Connection", caller: Caller, key: LogKey, left: dict[str, Any]) -> None:
        room = self._rooms.get(key)
        if room is None or key not in connection.rooms:
            return
        labels = await self._readers.run(self._backend.may_read, caller, key)
        reading = room.readings.get(connection)
        if labels is None:
            self._forget(connection, room)
            connection.notify("room.left", left)
        elif reading is not None:
            reading.labels = labels

    # Signals and presence

    def signal(self, signal: Signal) -> None:
        """Send to the readers of the room, or to one user's connections, here and in the other processes."""
        self._signal_here(signal)
        key = signal.room if signal.to is None else log.SITE
        word = (signal.kind, signal.key, signal.value)
        if signal.to is None:
            self.doorbell.ring(Bell(self._name, key, signals=[word]))
        else:
            self.doorbell.ring(Bell(self._name, key, signals=[("to", signal.room, word)], to=signal.to))

    def _signal_here(self, signal: Signal) -> None:
        if signal.kind == "to" and signal.to is not None:
            kind, key, value = signal.value
            signal = Signal(LogKey(signal.key), kind, key, value, signal.to)
        room = self._rooms.get(signal.room)
        if signal.to is None:
            if room:
                room.slots[signal.kind, signal.key] = signal.value
                self._flush_soon(room)
            return
        frame = protocol.signal(signal.room, signal.kind, signal.key, signal.value)
        for connection in self._users.get(signal.to, ()):
            connection.signal(frame)
            if signal.value is not None:
                self._spawn(self._listen_to(connection, signal.room))

    async def _listen_to(self, connection: "Connection", key: LogKey) -> None:
        """A word to a user about a room makes their connections listen to it."""
        if key not in self._rooms:
            self._room(key, await self._readers.run(log.head_of, key))
        if connection in self._users.get(connection.caller.id, ()):
            self._listen(self._rooms[key], connection)

    @staticmethod
    def _listen(room: Room, connection: "Connection") -> None:
        room.listeners.add(connection)
        connection.rooms.add(room.key)
        room.idle_since = None

    def _forget(self, connection: "Connection", room: Room) -> None:
        self.close(connection, room.key)
        room.listeners.discard(connection)
        connection.rooms.discard(room.key)

    def _flush_soon(self, room: Room) -> None:
        if room.key not in self._unflushed:
            self._unflushed.add(room.key)
            asyncio.get_running_loop().call_later(SLOT_S, self._flush, room)

    def _flush(self, room: Room) -> None:
        self._unflushed.discard(room.key)
        room.flush()

    def _said(self, room: Room, people: Mapping[UserId, Person | None], *, full: bool = False) -> None:
        """This process's word on who is in a room."""
        self._changed(room, room.presence.say(self._name, people, self._now(), full=full))
        self.doorbell.ring(Bell(self._name, room.key, people=dict(people), full=full))

    def _changed(self, room: Room, changes: Mapping[UserId, Any]) -> None:
        here = len(room.presence.everyone())
        if here != room.here:
            room.here = here
            room.slots["here", ""] = here
            room.counted = False
        if changes or ("here", "") in room.slots:
            room.slot(dict(changes))
            self._flush_soon(room)

    def tick(self, now: float) -> None:
        """Once a second: counts, people who have left, and now and then the full list."""
        full = now - self._presence_at >= self._limits.presence_s
        if full:
            self._presence_at = now
        for room in self._rooms.values():
            gone = [user for user, when in room.leaving.items() if now - when >= LEAVE_S]
            for user in gone:
                del room.leaving[user]
            if gone:
                self._said(room, dict.fromkeys(gone))
            if full and (room.mine or room.here):
                self._list_all(room, now)
            if not room.counted:
                room.count()

    def _list_all(self, room: Room, now: float) -> None:
        """Everybody who reads the room here, and those who have only just left."""
        people: dict[UserId, Person | None] = {
            user: person for user, person in room.presence.everyone().items() if user in room.leaving
        }
        for connection in room.readings:
            people[connection.caller.id] = connection.caller.person
        self._said(room, people, full=True)
        self._changed(room, room.presence.expire(now, self._limits.presence_s * 2.5, self._name))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    """A failed repair or fill is said once; the sweep tries again."""
    try:
        await work
    except RealtimeError as error:
        logger.warning("the hub could not read: %s", error.detail)
    except Exception:
        logger.exception("the hub failed")
