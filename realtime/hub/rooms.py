"""The rooms and the people of one process: who listens where, which connections a user has. Memory only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from realtime.hub.recent import RecentEvents
from realtime.hub.room import Room, Subscription
from realtime.log import SITE
from realtime.types import Head, Labels, LogKey, UserId

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

WARM_S: Final = 60.0
"""how long an empty room keeps its ring"""


class Rooms:
    """Made on demand, kept while anyone listens and a while longer. `wanted(key, bool)` hears of both."""

    def __init__(self, ring: int, now: Callable[[], float], wanted: Callable[[LogKey, bool], None]) -> None:
        self._ring, self._now, self._wanted = ring, now, wanted
        self._rooms: dict[LogKey, Room] = {}
        self._users: dict[UserId, set[Connection]] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def get(self, key: LogKey) -> Room | None:
        return self._rooms.get(key)

    def room(self, key: LogKey, head: Head) -> Room:
        """The room, made with this head if it is not there. It is listened for before anything more is read."""
        if key not in self._rooms:
            self._rooms[key] = Room(key, RecentEvents(self._ring, head), since=self._now(), told=head)
            self._wanted(key, True)
        return self._rooms[key]

    def retire(self) -> None:
        """Let go of rooms that have been empty for a while."""
        for room in self:
            if not room.empty or room.key == SITE:
                room.idle_since = None
            elif room.idle_since is None:
                room.idle_since = self._now()
            elif self._now() - room.idle_since > WARM_S:
                del self._rooms[room.key]
                self._wanted(room.key, False)

    # Connections

    def of_user(self, user: UserId) -> list["Connection"]:
        return list(self._users.get(user, ()))

    def connections(self, user: UserId | None) -> list["Connection"]:
        """Return the connections of a user, or of everybody."""
        return list(chain.from_iterable(self._users.values())) if user is None else self.of_user(user)

    def listened(self, connection: "Connection", key: LogKey | None) -> list[Room]:
        """The rooms it listens to, or of those only this one."""
        keys = connection.rooms if key is None else connection.rooms & {key}
        return [self._rooms[each] for each in keys]

    def enrol(self, connection: "Connection", memberships: Iterable[Mapping[str, Any]]) -> None:
        """A greeted connection, and the rooms whose counts it listens to."""
        self._users.setdefault(connection.caller.id, set()).add(connection)
        for membership in memberships:
            head = msgspec.convert(membership["head"], Head, from_attributes=True)
            self.listen(self.room(membership["key"], head), connection)

    def leave(self, connection: "Connection") -> None:
        for key in list(connection.rooms):
            self.forget(connection, self._rooms[key])
        user = connection.caller.id
        self._users.get(user, set()).discard(connection)
        if not self._users.get(user):
            self._users.pop(user, None)

    def listen(self, room: Room, connection: "Connection") -> None:
        room.listeners.add(connection)
        connection.rooms.add(room.key)
        room.idle_since = None

    def forget(self, connection: "Connection", room: Room) -> None:
        """Neither read nor listen."""
        room.exit(connection, self._now())
        room.listeners.discard(connection)
        room.missed.discard(connection)
        connection.rooms.discard(room.key)

    def relabel(self, room: Room, reading: Subscription, labels: Labels) -> None:
        """Give a reader other labels now."""
        room.relabel(reading, labels, self._now())

    def opened(self, connection: "Connection") -> list[Room]:
        """The rooms this connection reads."""
        return [self._rooms[key] for key in connection.rooms if connection in self._rooms[key].readings]

    def labels(self, connection: "Connection", key: LogKey) -> Labels | None:
        """Its labels in a room it reads."""
        room = self._rooms.get(key)
        reading = room.readings.get(connection) if room else None
        return reading.labels if reading else None
