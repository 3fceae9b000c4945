"""The state of one room in one process: recent events, subscriptions, presence, and signals that wait to be sent."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from realtime.hub.delivery import EventFrames, Subscription
from realtime.hub.presence import Changes, Person, Presence
from realtime.hub.recent import RecentEvents
from realtime.hub.subscriber import Subscriber
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames
from realtime.types import Head, LogKey, Scopes, UserId
from realtime.wire import messages

PEOPLE_LISTED: Final = 200
"""The number of people who are listed by name. Of more people only the number is sent."""
SLICE_SUBSCRIPTIONS: Final = 512
"""Subscriptions that are served in one turn of the loop: about 4 ms."""
LEFT_REMEMBERED: Final = 1000
"""People whose time of leaving is kept. Anyone else counts as absent since this process knows the room."""

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Room:
    """The state of one log that has readers in this process."""

    key: LogKey
    recent: RecentEvents
    subscriptions: dict[Subscriber, Subscription] = field(default_factory=dict)
    watchers: set[Subscriber] = field(default_factory=set)
    """Connections that get counts of the room while they do not have it open."""
    presence: Presence = field(default_factory=Presence)
    local: Counter[UserId] = field(default_factory=Counter)
    """Visible subscriptions of each user in this process."""
    leaving: dict[UserId, float] = field(default_factory=dict)
    """Users whose last visible subscription has gone, and since when: they may be back within the grace period."""
    left_at: dict[UserId, float] = field(default_factory=dict)
    known_since: float = 0.0
    unsent: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Signals that wait for the next flush: the latest value of each kind and key."""
    deliveries: deque[EventFrames] = field(default_factory=deque)
    """Events that some subscriptions have not got yet. The first item is being delivered."""
    filling: asyncio.Task[None] | None = None
    repairing: asyncio.Task[None] | None = None
    count_due: bool = False
    last_count: Head = field(default_factory=lambda: Head(0, 0, 0))
    """The head at the last count. The next count tells what is newer."""
    here: int = 0
    idle_since: float | None = None
    suspended: Counter[Subscriber] = field(default_factory=Counter)
    """Connections that get nothing until their permissions have been rechecked, and by how many rechecks."""
    missed_signals: set[Subscriber] = field(default_factory=set)
    """Suspended connections to which a signal was not sent."""

    def add(self, subscription: Subscription) -> None:
        """Subscribe a connection; a second subscription replaces the first."""
        former = self.subscriptions.pop(subscription.subscriber, None)
        if former is not None:
            former.live = False
        self._count_visible(subscription, was_visible=former is not None and former.visible, now=0.0)
        self.subscriptions[subscription.subscriber] = subscription

    def remove(self, subscriber: Subscriber, now: float) -> None:
        subscription = self.subscriptions.pop(subscriber, None)
        if subscription is None:
            return
        subscription.live = False
        if subscription.visible:
            self.hide(subscriber.caller.id, now)

    def suspend(self, subscriber: Subscriber) -> None:
        """Send nothing more to this connection until `release`. Its offset is kept."""
        self.suspended[subscriber] += 1
        if subscription := self.subscriptions.get(subscriber):
            subscription.live = False

    def release(self, subscriber: Subscriber) -> bool:
        """Undo one `suspend`, and return whether it was the last one."""
        self.suspended[subscriber] -= 1
        if self.suspended[subscriber] > 0:
            return False
        del self.suspended[subscriber]
        return True

    def set_scopes(self, subscription: Subscription, scopes: Scopes, now: float) -> None:
        """Change what a subscription may read. A user who is no longer visible leaves as if the connection had gone.

        The full list of people, which is sent at intervals, brings back one who is visible again.
        """
        was_visible, subscription.scopes = subscription.visible, scopes
        self._count_visible(subscription, was_visible=was_visible, now=now)

    def _count_visible(self, subscription: Subscription, *, was_visible: bool, now: float) -> None:
        if subscription.visible and not was_visible:
            self.show(subscription.subscriber.caller.id)
        elif was_visible and not subscription.visible:
            self.hide(subscription.subscriber.caller.id, now)

    def show(self, user: UserId) -> None:
        """Count one more visible subscription of this user."""
        self.local[user] += 1
        self.leaving.pop(user, None)

    def hide(self, user: UserId, now: float) -> None:
        """Count one visible subscription less; with the last one the grace period begins."""
        self.local[user] -= 1
        if self.local[user] <= 0:
            del self.local[user]
            self.leaving[user] = now

    def deliver(self, events: Sequence[LogEvent]) -> None:
        """Push new events to every live subscription, slice by slice. The next events wait until all have these."""
        self.deliveries.append(EventFrames(events))
        if len(self.deliveries) == 1:
            self._deliver_slice(list(self.subscriptions.values()), 0)

    def _deliver_slice(self, subscriptions: list[Subscription], start: int) -> None:
        """Serve one slice. A subscription that raises is ended, and the others are served."""
        frames, stop = self.deliveries[0], start + SLICE_SUBSCRIPTIONS
        for subscription in subscriptions[start:stop]:
            try:
                subscription.deliver(frames)
            except Exception:
                logger.exception("a subscription could not be served")
                subscription.fail()
        if stop < len(subscriptions):
            asyncio.get_running_loop().call_soon(self._deliver_slice, subscriptions, stop)
            return
        self.deliveries.popleft()
        if self.deliveries:
            asyncio.get_running_loop().call_soon(self._deliver_slice, list(self.subscriptions.values()), 0)

    def presence_changed(self, changes: Changes, now: float) -> None:
        """Remember who left when, and queue signals of the changes; of more than `PEOPLE_LISTED` only the number."""
        for user, person in changes.items():
            self.left_at.pop(user, None)
            if person is None:
                self.left_at[user] = now
        while len(self.left_at) > LEFT_REMEMBERED:
            del self.left_at[next(iter(self.left_at))]
        if len(self.presence.people) <= PEOPLE_LISTED:
            for user, person in changes.items():
                self.unsent["presence", user] = person

    def absent_ms(self, user: UserId, now: float) -> int:
        """Return for how long a user has been absent; for one never seen, how long this process knows the room."""
        return 0 if user in self.presence.people else round((now - self.left_at.get(user, self.known_since)) * 1000)

    def flush_signals(self) -> None:
        """Send the waiting signals to every subscription."""
        frames = EncodedFrames(
            *(messages.signal(self.key, kind, key, value) for (kind, key), value in self.unsent.items())
        )
        self.unsent.clear()
        for subscriber, subscription in self.subscriptions.items():
            if subscriber in self.suspended:
                self.missed_signals.add(subscriber)
            elif not subscription.unanswered:
                subscriber.queue.signal(frames)

    def send_count(self, changes: Callable[[Sequence[LogEvent], int], dict[str, Any]]) -> None:
        """Send the head, and what came since the last count, to watchers that do not have the room open."""
        head, last = self.recent.head, self.last_count
        self.last_count = head
        since = self.recent.since(last.o)
        came = {"lines": None} if since is None else changes(since, last.n)
        value = {"o": head.o, "t": head.t, "n": head.n, "here": self.here, "since": last.o, **came}
        frames = EncodedFrames(messages.signal(self.key, "count", "", value))
        for subscriber in self.watchers:
            if subscriber in self.suspended:
                self.missed_signals.add(subscriber)
            elif subscriber not in self.subscriptions:
                subscriber.queue.signal(frames)
        self.count_due = False

    def people(self) -> dict[str, Any]:
        """Return who is present, as `room.open` and `presence.read` answer it."""
        people = self.presence.people
        listed: dict[UserId, Person] = dict(islice(people.items(), PEOPLE_LISTED))
        return {"presence": listed, "here": len(people)}

    @property
    def empty(self) -> bool:
        return not self.subscriptions and not self.watchers
