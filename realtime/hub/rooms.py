"""The rooms and the users of one process. Memory only."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import msgspec

from realtime.hub.recent import RecentEvents
from realtime.hub.room import Room
from realtime.hub.subscriber import Subscriber
from realtime.log import SITE
from realtime.types import Head, LogKey, Scopes, UserId

EVICT_AFTER_S: Final = 60.0
"""An empty room keeps its recent events for this time."""


class Rooms:
    """Rooms are made on demand and evicted some time after the last connection has left them."""

    def __init__(self, recent_size: int, now: Callable[[], float], want: Callable[[LogKey, bool], None]) -> None:
        """`want(key, wanted)` is called when a room is made and when it is evicted."""
        self._recent_size, self._now, self._want = recent_size, now, want
        self._rooms: dict[LogKey, Room] = {}
        self._subscribers: dict[UserId, set[Subscriber]] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def get(self, key: LogKey) -> Room | None:
        return self._rooms.get(key)

    def room(self, key: LogKey, head: Head) -> Room:
        """Return the room; one that is new here gets this head, and the bus is joined before anything more is read."""
        if key not in self._rooms:
            recent = RecentEvents(self._recent_size, head)
            self._rooms[key] = Room(key, recent, known_since=self._now(), last_count=head)
            self._want(key, True)
        return self._rooms[key]

    def here(self, key: LogKey) -> int:
        room = self._rooms.get(key)
        return room.here if room else 0

    def absent_ms(self, key: LogKey, user: UserId) -> int:
        room = self._rooms.get(key)
        return room.absent_ms(user, self._now()) if room else 0

    def evict(self) -> None:
        """Drop rooms that have been empty for `EVICT_AFTER_S`."""
        for room in self:
            if not room.empty or room.key == SITE:
                room.idle_since = None
            elif room.idle_since is None:
                room.idle_since = self._now()
            elif self._now() - room.idle_since > EVICT_AFTER_S:
                del self._rooms[room.key]
                self._want(room.key, False)

    # Subscribers

    def of_user(self, user: UserId) -> list[Subscriber]:
        return list(self._subscribers.get(user, ()))

    def subscribers(self, user: UserId | None) -> list[Subscriber]:
        """Return the connections of a user, or all of them."""
        return list(chain.from_iterable(self._subscribers.values())) if user is None else self.of_user(user)

    def watched(self, subscriber: Subscriber, key: LogKey | None) -> list[Room]:
        """Return the rooms that a connection watches, or of those only the one with this key."""
        keys = subscriber.rooms if key is None else subscriber.rooms & {key}
        return [self._rooms[each] for each in keys]

    def register(self, subscriber: Subscriber, memberships: Iterable[Mapping[str, Any]]) -> None:
        """Add a connection that has said hello, and let it watch the rooms of its user."""
        self._subscribers.setdefault(subscriber.caller.id, set()).add(subscriber)
        for membership in memberships:
            head = msgspec.convert(membership["head"], Head, from_attributes=True)
            self.watch(self.room(membership["key"], head), subscriber)

    def unregister(self, subscriber: Subscriber) -> None:
        for key in list(subscriber.rooms):
            self.forget(subscriber, self._rooms[key])
        user = subscriber.caller.id
        self._subscribers.get(user, set()).discard(subscriber)
        if not self._subscribers.get(user):
            self._subscribers.pop(user, None)

    def watch(self, room: Room, subscriber: Subscriber) -> None:
        room.watchers.add(subscriber)
        subscriber.rooms.add(room.key)
        room.idle_since = None

    def forget(self, subscriber: Subscriber, room: Room) -> None:
        """End the subscription to a room, and stop watching it."""
        room.remove(subscriber, self._now())
        room.watchers.discard(subscriber)
        room.missed_signals.discard(subscriber)
        subscriber.rooms.discard(room.key)

    def set_scopes(self, room: Room, subscriber: Subscriber, scopes: Scopes) -> None:
        if subscription := room.subscriptions.get(subscriber):
            room.set_scopes(subscription, scopes, self._now())

    def opened(self, subscriber: Subscriber) -> list[Room]:
        """Return the rooms that a connection has open."""
        return [self._rooms[key] for key in subscriber.rooms if subscriber in self._rooms[key].subscriptions]

    def scopes(self, subscriber: Subscriber, key: LogKey) -> Scopes | None:
        """Return a connection's scopes in a room that it has open, else None."""
        room = self._rooms.get(key)
        subscription = room.subscriptions.get(subscriber) if room else None
        return subscription.scopes if subscription else None
