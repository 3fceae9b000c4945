"""Signals and presence: the latest of a slot goes out, anything may be dropped, the full list corrects it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from realtime.hub.bus import Bus, BusMessage
from realtime.hub.presence import Person
from realtime.hub.room import Room, Subscription
from realtime.hub.rooms import Rooms
from realtime.limits import Limits
from realtime.log import SITE
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames
from realtime.types import UNSEEN, LogKey, Signal, UserId
from realtime.wire import messages

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

SLOT_S: Final = 0.05
"""signals of a room within this time go out together, the latest of a slot"""
READER_S: Final = 1e-4
"""and longer in a crowd, by so much a reader: a send costs some 3 µs, so that all of them take 3 % of the time"""
LEAVE_S: Final = 2.0
"""a person who reloads has not left"""
TO_USER: Final = "to"
"""kind of the bell's signal whose key is the room and whose value is the signal itself"""

PERSON: Final = "person"
"""kind of the signal to a user that they are now seen as `value`; it is about no room"""


def pause(readers: int) -> float:
    """Seconds from the first of some signals until they go out."""
    return max(SLOT_S, readers * READER_S)


class Signals:
    """To the readers of a room or to one user's connections, in this process and by the doorbell in the others."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        rooms: Rooms,
        doorbell: Bus,
        found: Callable[["Connection", LogKey], None],
        now: Callable[[], float],
        changes: Callable[[Sequence[LogEvent], int], dict[str, Any]],
    ) -> None:
        self._name, self._limits, self._rooms, self._doorbell = name, limits, rooms, doorbell
        self._found, self._now, self._changes = found, now, changes
        self._unflushed: set[LogKey] = set()
        self._listed_at = 0.0

    def send(self, signal: Signal) -> None:
        """From this process's own methods."""
        self._send_here(signal)
        word = (signal.kind, signal.key, signal.value)
        if signal.to is None:
            self._doorbell.ring(BusMessage(self._name, signal.room, signals=[word]))
        else:
            self._doorbell.ring(BusMessage(self._name, SITE, signals=[(TO_USER, signal.room, word)], to=signal.to))

    def heard(self, bell: BusMessage) -> None:
        """From another process."""
        for kind, key, value in bell.signals:
            if kind == TO_USER:
                inner, slot, word = value
                self._send_here(Signal(LogKey(key), inner, slot, word, bell.to))
            else:
                self._send_here(Signal(bell.room, kind, key, value))
        room = self._rooms.get(bell.room)
        if room and bell.people is not None:
            self._changed(room, room.presence.say(bell.process, bell.people, self._now(), full=bell.full))

    def _send_here(self, signal: Signal) -> None:
        if signal.to is not None:
            return self._send_to(signal, signal.to)
        if room := self._rooms.get(signal.room):
            room.slots[signal.kind, signal.key] = signal.value
            self._flush_soon(room)
        return None

    def _send_to(self, signal: Signal, user: UserId) -> None:
        """A word to a user about a room makes their connections listen to it."""
        chunk = EncodedFrames(messages.signal(signal.room, signal.kind, signal.key, signal.value))
        for connection in self._rooms.of_user(user):
            connection.out.signal(chunk)
            if signal.kind == PERSON:
                self._renamed(connection, signal.value)
            elif signal.value is not None and signal.room not in connection.rooms:
                self._found(connection, signal.room)

    def _renamed(self, connection: "Connection", person: Person) -> None:
        """Another name or face: presence says so in every room that the connection reads."""
        connection.caller = replace(connection.caller, person=person)
        for room in self._rooms.opened(connection):
            if connection.caller.id in room.mine:
                self._say(room, {connection.caller.id: person}, self._now())

    def _flush_soon(self, room: Room) -> None:
        if room.key not in self._unflushed:
            self._unflushed.add(room.key)
            asyncio.get_running_loop().call_later(pause(len(room.readings)), self._flush, room)

    def _flush(self, room: Room) -> None:
        self._unflushed.discard(room.key)
        room.flush()

    # Presence

    def entered(self, room: Room, reading: Subscription) -> None:
        caller = reading.connection.caller
        if reading.shown:
            self._say(room, {caller.id: caller.person}, self._now())

    def seen(self, connection: "Connection", visible: bool) -> None:
        """A page comes before somebody's eyes or goes from them: a person is here while any of theirs is there."""
        if connection.visible == visible:
            return
        connection.visible = visible
        caller = connection.caller
        for room in self._rooms.opened(connection):
            if UNSEEN in room.readings[connection].labels:
                continue
            if visible:
                room.show(caller.id)
                self._say(room, {caller.id: caller.person}, self._now())
            else:
                room.hide(caller.id, self._now())

    def tick(self, now: float) -> None:
        """Once a second: people who have left, counts for who only listens, now and then the full list."""
        full = now - self._listed_at >= self._limits.presence_s
        self._listed_at = now if full else self._listed_at
        for room in self._rooms:
            gone = [user for user, when in room.leaving.items() if now - when >= LEAVE_S]
            for user in gone:
                del room.leaving[user]
            if gone:
                self._say(room, dict.fromkeys(gone), now)
            if full and (room.mine or room.here):
                self._list_all(room, now)
            if not room.counted:
                room.count(self._changes)

    def _list_all(self, room: Room, now: float) -> None:
        """Everybody who has the room before their eyes here, and those who have only just left."""
        everyone = room.presence.everyone
        people: dict[UserId, Person | None] = {user: everyone[user] for user in room.leaving if user in everyone}
        for connection, reading in room.readings.items():
            if reading.shown:
                people[connection.caller.id] = connection.caller.person
        self._say(room, people, now, full=True)
        self._changed(room, room.presence.expire(now, self._limits.presence_s * 2.5, self._name))

    def _say(self, room: Room, people: Mapping[UserId, Person | None], now: float, *, full: bool = False) -> None:
        """This process's word on who is in a room."""
        self._changed(room, room.presence.say(self._name, people, now, full=full))
        self._doorbell.ring(BusMessage(self._name, room.key, people=dict(people), full=full))

    def _changed(self, room: Room, changes: Mapping[UserId, Any]) -> None:
        here = len(room.presence.everyone)
        if here != room.here:
            room.here = here
            room.slots["here", ""] = here
            room.counted = False
        if changes or ("here", "") in room.slots:
            room.changed(dict(changes), self._now())
            self._flush_soon(room)
