"""The fan-out of committed events, signals and presence in one process. It runs in the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from realtime import log
from realtime.background import BackgroundTasks
from realtime.hub.bus import Bus, BusMessage
from realtime.hub.feed import Feed
from realtime.hub.revocation import EndedLogins, Revocation
from realtime.hub.rooms import Rooms
from realtime.hub.signals import Signals
from realtime.hub.subscriber import Subscriber
from realtime.hub.subscriptions import Subscriptions
from realtime.limits import Limits
from realtime.log.event import LogEvent
from realtime.log.permissions import PermissionsChanged
from realtime.methods import Backend
from realtime.metrics import Metrics
from realtime.types import LogKey, Signal
from realtime.wire.session import HubRequest
from realtime.workers.readers import Readers


class Hub:
    """Composes the parts of the fan-out, and receives the events and the bus messages."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        backend: Backend,
        readers: Readers,
        layer: Any,
        now: Callable[[], float],
        metrics: Metrics,
        ended_logins: EndedLogins,
    ) -> None:
        self.name, self._readers, self._now, self._metrics = name, readers, now, metrics
        self.tasks = BackgroundTasks("the hub")
        self.bus = Bus(layer, self.received)
        self.rooms = rooms = Rooms(limits.ring, now, self.bus.want)
        self.signals = Signals(name, limits, rooms, self.bus, now, backend.changes, self._watch)
        self.feed = Feed(limits, rooms, readers, metrics, self.tasks, self.recheck)
        self.subscriptions = Subscriptions(limits, backend, readers, rooms, self.feed, self.signals, self.tasks)
        self.revocation = Revocation(rooms, self.subscriptions, backend, ended_logins, limits.answer_s)

    async def start(self) -> None:
        self.rooms.room(log.SITE, await self._readers.run(log.head_of, log.SITE))
        await self.bus.start()

    async def stop(self) -> None:
        self.tasks.cancel()
        await self.tasks.finish()
        await self.bus.stop()
        await self.revocation.stop()

    def publish(self, events: Sequence[LogEvent], signals: Sequence[Signal] = ()) -> None:
        """Deliver what this process has committed: to its own subscriptions first, then to the other processes."""
        for key, group in groupby(sorted(events, key=_place), key=lambda event: event.room):
            of_room = list(group)
            self.feed.apply(key, of_room, "commit")
            self.bus.publish(BusMessage(self.name, key, head=of_room[-1].o, events=of_room))
        for signal in signals:
            self.signals.send(signal)
        if events and (arrived := self._metrics.sampled(events[0].cid)) is not None:
            asyncio.get_running_loop().call_soon(self._delivered, arrived)

    def _delivered(self, arrived: float) -> None:
        """Observe the time after the tasks that the delivery has woken have passed it to the server."""
        self._metrics.observe(self._now() - arrived)

    def received(self, message: BusMessage) -> None:
        """Apply a message of another process. The bus also brings back what this process has sent."""
        if message.process == self.name:
            return
        self.signals.received(message)
        if message.events:
            self.feed.apply(message.room, message.events, "doorbell")
        elif (room := self.rooms.get(message.room)) and message.head > room.recent.head.o:
            self.feed.repair(room, "doorbell")

    async def reconcile(self) -> None:
        """Repair what was missed, go on with replays that have failed, and drop what nobody uses."""
        await self.feed.reconcile()
        self.subscriptions.reconcile()
        self.rooms.evict()

    def recheck(self, change: PermissionsChanged) -> None:
        """Stop delivery to the connections in doubt now, and ask the database in a task."""
        self.tasks.start(self.revocation.recheck(change, self.revocation.begin(change)))

    async def answer(self, subscriber: Subscriber, request: HubRequest) -> Any:
        """Return the result of a request that the hub answers itself."""
        room = request.params.room
        if request.name == "room.open":
            return await self.subscriptions.subscribe(subscriber, room, request.params.position)
        if request.name == "presence.read":
            return self.subscriptions.people(subscriber, room)
        self.subscriptions.unsubscribe(subscriber, room)
        return {}

    def _watch(self, subscriber: Subscriber, key: LogKey) -> None:
        self.tasks.start(self.subscriptions.watch(subscriber, key))


def _place(event: LogEvent) -> tuple[LogKey, int]:
    return event.room, event.o
