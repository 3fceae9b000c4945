"""Delivery of events to one subscriber of a room."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from realtime import errors
from realtime.hub.subscriber import Subscriber
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames, size_of
from realtime.types import UNSEEN, Scopes

DIRECT_MAX_BYTES: Final = 64 * 1024
"""Larger deliveries go through the send queue, which bounds what is unsent."""
EVENT_OVERHEAD_BYTES: Final = 200
"""The approximate size of an event on the wire without its data."""

logger = logging.getLogger(__name__)


class EventFrames:
    """Events encoded once for all who may read every one of them, and once for each other set of scopes."""

    __slots__ = ("_by_scopes", "_events", "_public", "direct", "last")

    def __init__(self, events: Sequence[LogEvent]) -> None:
        self._events = events
        self._by_scopes: dict[Scopes, EncodedFrames] = {}
        self._public: EncodedFrames | None = None
        if all(event.audience is None for event in events):
            self._public = EncodedFrames(*(event.frame() for event in events))
        plain = self._public.plain if self._public else b""
        self.last = events[-1].o
        self.direct = plain if len(plain) <= DIRECT_MAX_BYTES else b""
        """Bytes for the socket's own `send`; empty where the send queue has to decide."""

    def of(self, scopes: Scopes) -> EncodedFrames:
        """Return the frames for a reader with these scopes."""
        if self._public is not None:
            return self._public
        if scopes not in self._by_scopes:
            self._by_scopes[scopes] = EncodedFrames(*(_frame(event, scopes) for event in self._events))
        return self._by_scopes[scopes]


def _frame(event: LogEvent, scopes: Collection[str]) -> str:
    return event.frame() if event.readable_by(scopes) else event.withheld()


def page_of(events: Sequence[LogEvent], max_bytes: int) -> Sequence[LogEvent]:
    """Return the first events that one push of a replay carries: at least one, and about `max_bytes` at most."""
    size = 0
    for count, event in enumerate(events, 1):
        size += size_of(event.data or "") + EVENT_OVERHEAD_BYTES
        if size > max_bytes:
            return events[: max(1, count - 1)]
    return events


@dataclass(eq=False, slots=True)
class Subscription:
    """The state of one connection in one room."""

    subscriber: Subscriber
    scopes: Scopes
    offset: int = 0
    """The last event that was pushed."""
    live: bool = False
    """New events are pushed as they come. Otherwise a replay has to bring the subscription to the head first."""
    unanswered: bool = True
    """The answer to `room.open` has not been sent: nothing of the room may come before it."""
    replaying: asyncio.Task[None] | None = None

    @property
    def visible(self) -> bool:
        """Return whether the room lists the user as present."""
        return self.subscriber.visible and UNSEEN not in self.scopes

    def deliver(self, frames: EventFrames) -> None:
        """Push new events. A slow consumer keeps its offset; one that was replayed meanwhile has these events."""
        if not self.live or self.offset >= frames.last:
            return
        queue, direct = self.subscriber.queue, frames.direct
        if direct and (send := queue.send):
            try:
                sent = send(direct)
            except OSError:
                sent = 0
            if sent < len(direct):
                queue.write_remaining(direct[sent:])
        elif not queue.push(frames.of(self.scopes)):
            self.live = False
            return
        self.offset = frames.last

    def fail(self) -> None:
        """End the connection, because it is unknown what has reached the client. Its next hello tells that."""
        self.live = False
        try:
            self.subscriber.end(errors.FAILED)
        except Exception:
            logger.exception("a connection could not be ended")
