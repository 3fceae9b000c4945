"""Subscribes connections to rooms, and replays what a subscription has missed."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from realtime import errors, log
from realtime.background import BackgroundTasks
from realtime.errors import RealtimeError, not_found
from realtime.hub.delivery import EventFrames, Subscription, page_of
from realtime.hub.feed import Feed
from realtime.hub.room import Room
from realtime.hub.rooms import Rooms
from realtime.hub.signals import Signals
from realtime.hub.subscribe_result import Answer, SubscribeResult
from realtime.hub.subscriber import Subscriber
from realtime.limits import Limits
from realtime.methods import Backend
from realtime.server.frames import EncodedFrames
from realtime.types import Caller, LogKey, Position, Scopes
from realtime.wire import messages
from realtime.workers.readers import Readers

A = ParamSpec("A")
T = TypeVar("T")


class Subscriptions:
    """The order is always: read the scopes, subscribe, read the snapshot, answer, replay."""

    def __init__(
        self,
        limits: Limits,
        backend: Backend,
        readers: Readers,
        rooms: Rooms,
        feed: Feed,
        signals: Signals,
        tasks: BackgroundTasks,
    ) -> None:
        self._limits, self._backend, self._readers = limits, backend, readers
        self._rooms, self._feed, self._signals, self._tasks = rooms, feed, signals, tasks
        self.revocations = 0
        """The number of changes of permissions. Scopes that were read before the last one must be read again."""

    # Begin and end

    async def subscribe(self, subscriber: Subscriber, key: LogKey, position: Position | None) -> dict[str, Any]:
        """Subscribe a connection from `position`. The caller sends the value as the answer and then calls `replay`."""
        revocations = self.revocations
        scopes = await self._readers.run(self.read_scopes, subscriber.caller, [key])
        answers = await self.subscribe_all(subscriber, {key: position}, scopes, revocations)
        return _value_or_raise(answers[key])

    async def subscribe_all(
        self,
        subscriber: Subscriber,
        positions: Mapping[LogKey, Position | None],
        scopes: Mapping[LogKey, Scopes | RealtimeError],
        revocations: int,
    ) -> dict[LogKey, Answer]:
        """Subscribe to rooms, each with its own answer. `revocations` was read before the scopes were.

        Each kind of data is read for all rooms in one call of a reader. The calls cannot be joined into one: a
        snapshot is read after the subscription is in its room, or an event between the two would be lost; and the
        subscription is added after its scopes are known, or a recheck between the two would not find it.
        """
        found = self._admitted(subscriber, positions, scopes)
        allowed = {key: each for key, each in found.items() if not isinstance(each, RealtimeError)}
        answers: dict[LogKey, Answer] = {key: each for key, each in found.items() if isinstance(each, RealtimeError)}
        results: list[SubscribeResult] = []
        try:
            for room in await self._feed.load(allowed):
                results.append(self._add(room, Subscription(subscriber, allowed[room.key])))
            if revocations != self.revocations:  # a later change finds the subscriptions
                await self._reread_scopes(subscriber, results)
            await self._choose_modes([each for each in results if not each.error], positions)
            await self._read_snapshots(subscriber.caller, [each for each in results if not each.error])
        except BaseException as error:
            for result in results:
                self._give_up(result)
            if not isinstance(error, RealtimeError):
                raise
            answers |= dict.fromkeys(allowed, error)
        else:
            answers |= {result.room.key: result.answer for result in results}
        return {key: answers[key] for key in positions}

    def read_scopes(self, caller: Caller, keys: Collection[LogKey]) -> dict[LogKey, Scopes | RealtimeError]:
        """Return the scopes in each room, or the reason why there are none. Runs in a reader."""
        found = {key: _value_or_error(self._backend.may_read, caller, key) for key in keys}
        return {key: not_found("no such room") if scopes is None else scopes for key, scopes in found.items()}

    def unsubscribe(self, subscriber: Subscriber, key: LogKey) -> None:
        """Close a room. Its counts are still sent."""
        if room := self._rooms.get(key):
            room.remove(subscriber, self._signals.now())

    def people(self, subscriber: Subscriber, key: LogKey) -> dict[str, Any]:
        room = self._rooms.get(key)
        if room is None or subscriber not in room.subscriptions:
            raise not_found("open the room first")
        return room.people()

    async def watch(self, subscriber: Subscriber, key: LogKey) -> None:
        """Send the counts of a room to a connection that got a signal of it, if it may read the room."""
        revocations = -1
        while revocations != self.revocations:  # a signal may outlive the permission
            revocations = self.revocations
            if await self._may_read(subscriber.caller, key) is None:
                return
            head = await self._readers.run(log.head_of, key)
        room = self._rooms.get(key) or self._rooms.room(key, head)
        if subscriber in self._rooms.of_user(subscriber.caller.id):
            self._rooms.watch(room, subscriber)

    async def _may_read(self, caller: Caller, key: LogKey) -> Scopes | None:
        """Return the scopes, or None for any denial. A database that does not answer raises."""
        try:
            return await self._readers.run(self._backend.may_read, caller, key)
        except RealtimeError as error:
            if error.code >= 500:
                raise
            return None

    def _admitted(
        self,
        subscriber: Subscriber,
        keys: Collection[LogKey],
        scopes: Mapping[LogKey, Scopes | RealtimeError],
    ) -> dict[LogKey, Scopes | RealtimeError]:
        """Deny the rooms beyond the limit of open rooms."""
        opened = {room.key for room in self._rooms.opened(subscriber)}
        admitted: dict[LogKey, Scopes | RealtimeError] = {}
        for key in keys:
            admitted[key] = scopes[key]
            if len(opened - {key}) >= self._limits.rooms_open:
                detail = f"at most {self._limits.rooms_open} rooms are open at a time"
                admitted[key] = errors.conflict("too_many_rooms", detail)
            elif not isinstance(scopes[key], RealtimeError):
                opened.add(key)
        return admitted

    def _add(self, room: Room, subscription: Subscription) -> SubscribeResult:
        room.add(subscription)
        self._rooms.watch(room, subscription.subscriber)
        self._signals.subscribed(room, subscription)
        return SubscribeResult(room, subscription, room.recent.head)

    def _give_up(self, result: SubscribeResult, error: RealtimeError | None = None) -> None:
        result.error = error
        if result.subscribed:
            self._rooms.forget(result.subscription.subscriber, result.room)

    async def _reread_scopes(self, subscriber: Subscriber, results: Sequence[SubscribeResult]) -> None:
        keys = [result.room.key for result in results]
        found = await self._readers.run(self.read_scopes, subscriber.caller, keys)
        for result in results:
            scopes = found[result.room.key]
            if isinstance(scopes, RealtimeError):
                self._give_up(result, scopes)
            elif result.subscribed:
                self._rooms.set_scopes(result.room, subscriber, scopes)

    async def _choose_modes(
        self, results: Sequence[SubscribeResult], positions: Mapping[LogKey, Position | None]
    ) -> None:
        """Replay where the log has the position and it is near enough, else send a snapshot."""
        for result in results:
            position = positions[result.room.key]
            if position and position.o > result.room.recent.head.o:
                await self._feed.read_missing(result.room, "open")
        contained: dict[LogKey, bool] = {}
        unknown: dict[LogKey, Position] = {}
        for result in results:
            key, recent = result.room.key, result.room.recent
            result.head = recent.head
            result.value = {"mode": "replay", "head": result.head, **result.room.people()}
            if position := positions[key]:
                if (known := recent.contains(position)) is None:
                    unknown[key] = position
                else:
                    contained[key] = known
        if unknown:
            contained |= await self._readers.run(_contained, unknown)
        for result in results:
            position, head = positions[result.room.key], result.head
            if position and not contained[result.room.key]:
                result.value["gone"] = True
            elif position and head.o - position.o <= self._limits.replay:
                result.replays = True
            result.subscription.offset = position.o if position and result.replays else head.o

    async def _read_snapshots(self, caller: Caller, results: Sequence[SubscribeResult]) -> None:
        results = [result for result in results if not result.replays]
        if not results:
            return
        snapshots: list[dict[str, Any] | RealtimeError]
        try:
            snapshots = await self._readers.run(self._snapshots, caller, results)
        except RealtimeError as error:  # the rooms that replay do without
            snapshots = [error] * len(results)
        for result, snapshot in zip(results, snapshots, strict=True):
            if isinstance(snapshot, RealtimeError):
                self._give_up(result, snapshot)
            else:
                result.add_snapshot(snapshot)

    def _snapshots(self, caller: Caller, results: Sequence[SubscribeResult]) -> list[dict[str, Any] | RealtimeError]:
        read = self._backend.snapshot
        return [_value_or_error(read, caller, each.room.key, each.subscription.scopes, each.head) for each in results]

    # Replay

    def replay(self, subscriber: Subscriber, key: LogKey) -> None:
        """Bring a subscription whose answer has been sent to the head, and make it live."""
        room = self._rooms.get(key)
        subscription = room.subscriptions.get(subscriber) if room else None
        if room is None or subscription is None or subscription.live:
            return
        subscription.unanswered = False
        if subscriber in room.suspended or (subscription.replaying and not subscription.replaying.done()):
            return
        subscription.replaying = self._tasks.start(self._replay(room, subscription))

    async def _replay(self, room: Room, subscription: Subscription) -> None:
        """Push page by page. Nothing awaits between the last comparison with the head and `live`."""
        subscriber = subscription.subscriber
        while subscription.offset < room.recent.head.o:
            events = room.recent.since(subscription.offset)
            if events is None:
                events = await self._readers.run(log.read, room.key, subscription.offset, room.recent.head.o)
                room.recent.redact(events)
            page = page_of(events, self._limits.lagging_bytes // 4)
            if room.subscriptions.get(subscriber) is not subscription or subscriber in room.suspended or not page:
                return
            if not subscriber.queue.push(EventFrames(page).of(subscription.scopes)):
                return
            subscription.offset = page[-1].o
            await asyncio.sleep(0)  # the transport takes it
        subscription.live = subscriber not in room.suspended

    def resume(self, subscriber: Subscriber) -> None:
        """Go on with all rooms of a connection that is no longer a slow consumer."""
        for room in self._rooms.opened(subscriber):
            self._resume(subscriber, room)

    def released(self, subscriber: Subscriber, key: LogKey) -> None:
        """Go on with a room that a connection may still read, after a recheck."""
        room = self._rooms.get(key)
        if room is None or key not in subscriber.rooms:
            return
        missed = subscriber in room.missed_signals
        room.missed_signals.discard(subscriber)
        if missed:
            room.count_due = True
        self._resume(subscriber, room, people=missed)

    def reconcile(self) -> None:
        """Start the replays that an error has ended."""
        for room in self._rooms:
            for subscriber, subscription in room.subscriptions.items():
                if not (subscription.live or subscription.unanswered or subscriber.queue.lagging):
                    self.replay(subscriber, room.key)

    def _resume(self, subscriber: Subscriber, room: Room, *, people: bool = True) -> None:
        """Send what an open room has missed: the full list of people, and the events."""
        subscription = room.subscriptions.get(subscriber)
        if subscription is None or subscription.unanswered:
            return
        if subscriber in room.suspended:
            room.missed_signals.add(subscriber)
            return
        if people:
            subscriber.queue.signal(EncodedFrames(messages.signal(room.key, "people", "", room.people())))
        self.replay(subscriber, room.key)


def _contained(positions: Mapping[LogKey, Position]) -> dict[LogKey, bool]:
    return {key: log.holds(key, position) for key, position in positions.items()}


def _value_or_error(function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T | RealtimeError:
    try:
        return function(*args, **kwargs)
    except RealtimeError as error:
        return error


def _value_or_raise(found: T | RealtimeError) -> T:
    if isinstance(found, RealtimeError):
        raise found
    return found
