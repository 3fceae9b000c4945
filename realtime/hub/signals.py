"""Signals and presence. The latest value of a kind and key is sent; any may be lost, and a full list corrects it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from realtime.hub.bus import Bus, BusMessage
from realtime.hub.delivery import Subscription
from realtime.hub.presence import Person
from realtime.hub.room import Room
from realtime.hub.rooms import Rooms
from realtime.hub.subscriber import Subscriber
from realtime.limits import Limits
from realtime.log import SITE
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames
from realtime.types import UNSEEN, LogKey, Signal, UserId
from realtime.wire import messages

FLUSH_AFTER_S: Final = 0.05
"""Signals of a room within this time go out together, the latest value of a kind and key."""
FLUSH_AFTER_S_PER_SUBSCRIPTION: Final = 1e-4
"""Flushes are rarer in a crowd: a send costs about 3 µs, so that all sends take 3 % of the time."""
LEAVE_AFTER_S: Final = 2.0
"""A user has left after this time, so that reloading a page is not leaving."""
TO_USER: Final = "to"
"""Kind of a signal on the bus that carries another one for a user: the key is the room, the value the signal."""
PERSON: Final = "person"
"""Kind of the signal to a user that others now see them as `value`; it is about no room."""


def flush_after(subscriptions: int) -> float:
    """Return the seconds from the first of some signals until they are sent."""
    return max(FLUSH_AFTER_S, subscriptions * FLUSH_AFTER_S_PER_SUBSCRIPTION)


class Signals:
    """Sends signals to the subscriptions of a room or to the connections of a user, here and over the bus."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        rooms: Rooms,
        bus: Bus,
        now: Callable[[], float],
        count_changes: Callable[[Sequence[LogEvent], int], dict[str, Any]],
        watch: Callable[[Subscriber, LogKey], None],
    ) -> None:
        """`watch(subscriber, room)` is called for a connection that gets a signal of a room which it does not watch."""
        self._name, self._limits, self._rooms, self._bus = name, limits, rooms, bus
        self.now, self._count_changes, self._watch = now, count_changes, watch
        self._flush_due: set[LogKey] = set()
        self._listed_at = 0.0

    def send(self, signal: Signal) -> None:
        """Send a signal of this process."""
        self._send_here(signal)
        content = (signal.kind, signal.key, signal.value)
        if signal.to is None:
            self._bus.publish(BusMessage(self._name, signal.room, signals=[content]))
        else:
            self._bus.publish(BusMessage(self._name, SITE, signals=[(TO_USER, signal.room, content)], to=signal.to))

    def received(self, message: BusMessage) -> None:
        """Pass on the signals and the presence that another process has sent."""
        for kind, key, value in message.signals:
            if kind == TO_USER:
                inner_kind, inner_key, inner_value = value
                self._send_here(Signal(LogKey(key), inner_kind, inner_key, inner_value, message.to))
            else:
                self._send_here(Signal(message.room, kind, key, value))
        room = self._rooms.get(message.room)
        if room and message.people is not None:
            changes = room.presence.update(message.process, message.people, self.now(), full=message.full)
            self._presence_changed(room, changes)

    def _send_here(self, signal: Signal) -> None:
        if signal.to is not None:
            self._send_to(signal, signal.to)
        elif room := self._rooms.get(signal.room):
            room.unsent[signal.kind, signal.key] = signal.value
            self._flush_soon(room)

    def _send_to(self, signal: Signal, user: UserId) -> None:
        """Send to the connections of a user, and let them watch the room that the signal is about."""
        frames = EncodedFrames(messages.signal(signal.room, signal.kind, signal.key, signal.value))
        for subscriber in self._rooms.of_user(user):
            subscriber.queue.signal(frames)
            if signal.kind == PERSON:
                self._set_person(subscriber, signal.value)
            elif signal.value is not None and signal.room not in subscriber.rooms:
                self._watch(subscriber, signal.room)

    def _set_person(self, subscriber: Subscriber, person: Person) -> None:
        """Show another name or face in every room that the connection has open."""
        subscriber.caller = replace(subscriber.caller, person=person)
        for room in self._rooms.opened(subscriber):
            if subscriber.caller.id in room.local:
                self._report(room, {subscriber.caller.id: person}, self.now())

    def _flush_soon(self, room: Room) -> None:
        if room.key not in self._flush_due:
            self._flush_due.add(room.key)
            asyncio.get_running_loop().call_later(flush_after(len(room.subscriptions)), self._flush, room)

    def _flush(self, room: Room) -> None:
        self._flush_due.discard(room.key)
        room.flush_signals()

    # Presence

    def subscribed(self, room: Room, subscription: Subscription) -> None:
        caller = subscription.subscriber.caller
        if subscription.visible:
            self._report(room, {caller.id: caller.person}, self.now())

    def set_visible(self, subscriber: Subscriber, visible: bool) -> None:
        """Note whether a page is in the foreground. A user is present while one of their pages is."""
        if subscriber.visible == visible:
            return
        subscriber.visible = visible
        caller = subscriber.caller
        for room in self._rooms.opened(subscriber):
            if UNSEEN in room.subscriptions[subscriber].scopes:
                continue
            if visible:
                room.show(caller.id)
                self._report(room, {caller.id: caller.person}, self.now())
            else:
                room.hide(caller.id, self.now())

    def every_second(self, now: float) -> None:
        """Report who has left, send the counts that are due, and every `presence_s` report everybody."""
        full = now - self._listed_at >= self._limits.presence_s
        self._listed_at = now if full else self._listed_at
        for room in self._rooms:
            gone = [user for user, since in room.leaving.items() if now - since >= LEAVE_AFTER_S]
            for user in gone:
                del room.leaving[user]
            if gone:
                self._report(room, dict.fromkeys(gone), now)
            if full and (room.local or room.here):
                self._report_all(room, now)
            if room.count_due:
                room.send_count(self._count_changes)

    def _report_all(self, room: Room, now: float) -> None:
        """Report all visible users of this process, and those within the grace period."""
        present = room.presence.people
        people: dict[UserId, Person | None] = {user: present[user] for user in room.leaving if user in present}
        for subscriber, subscription in room.subscriptions.items():
            if subscription.visible:
                people[subscriber.caller.id] = subscriber.caller.person
        self._report(room, people, now, full=True)
        self._presence_changed(room, room.presence.expire(now, self._limits.presence_s * 2.5, self._name))

    def _report(self, room: Room, people: Mapping[UserId, Person | None], now: float, *, full: bool = False) -> None:
        self._presence_changed(room, room.presence.update(self._name, people, now, full=full))
        self._bus.publish(BusMessage(self._name, room.key, people=dict(people), full=full))

    def _presence_changed(self, room: Room, changes: Mapping[UserId, Any]) -> None:
        here = len(room.presence.people)
        if here != room.here:
            room.here = here
            room.unsent["here", ""] = here
            room.count_due = True
        if changes or ("here", "") in room.unsent:
            room.presence_changed(dict(changes), self.now())
            self._flush_soon(room)
