"""What one process knows of one room: its ring, who reads it, who listens to its counts, who is there, what to signal.

Vocabulary: a *reading* is one connection's place in one room.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from realtime import errors
from realtime.hub.presence import Changes, Person, Presence
from realtime.hub.recent import RecentEvents
from realtime.log.event import LogEvent
from realtime.server.frames import EncodedFrames, size_of
from realtime.types import UNSEEN, Head, Labels, LogKey, UserId
from realtime.wire import messages

if TYPE_CHECKING:
    from realtime.connection.connection import Connection

SHOWN: Final = 200
"""people listed by name; beyond that only their number"""
SLICE: Final = 512
"""readers served before others have a turn of the loop: about 4 ms"""
FAST: Final = 64 * 1024
"""bytes that are sent without a look at what else waits"""
GONE: Final = 1000
"""people of whom it is known since when they are not here; the others have been gone for longer"""

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Subscription:
    """One connection in one room: its labels, and the last offset pushed to it."""

    connection: "Connection"
    labels: Labels
    offset: int = 0
    live: bool = False
    opening: bool = True
    task: asyncio.Task[None] | None = None

    @property
    def shown(self) -> bool:
        """Return whether the room lists this reader as present."""
        return self.connection.visible and UNSEEN not in self.labels

    def serve(self, frames: "Frames") -> None:
        """One that lags stays where it was; one that was resumed meanwhile has these already."""
        if not self.live or self.offset >= frames.last:
            return
        out, wire = self.connection.out, frames.wire
        if wire and (send := out.send):
            try:
                sent = send(wire)
            except OSError:
                sent = 0
            if sent < len(wire):
                out.rest(wire[sent:])
        elif not out.push(frames.of(self.labels)):
            self.live = False
            return
        self.offset = frames.last

    def fail(self) -> None:
        """Nobody knows what has reached it: its connection ends, and the next one says how far it is."""
        self.live = False
        try:
            self.connection.end(errors.FAILED)
        except Exception:
            logger.exception("a connection could not be ended")


def page_of(entries: Sequence[LogEvent], most: int) -> Sequence[LogEvent]:
    """As many events as one push of a resume carries: one at least, no more than about `most` bytes."""
    size = 0
    for count, entry in enumerate(entries, 1):
        size += size_of(entry.data or "") + 200
        if size > most:
            return entries[: max(1, count - 1)]
    return entries


@dataclass(eq=False, slots=True)
class Room:
    """The process's state of one log with readers."""

    key: LogKey
    ring: RecentEvents
    readings: dict["Connection", Subscription] = field(default_factory=dict)
    listeners: set["Connection"] = field(default_factory=set)
    presence: Presence = field(default_factory=Presence)
    mine: Counter[UserId] = field(default_factory=Counter)
    leaving: dict[UserId, float] = field(default_factory=dict)
    gone: dict[UserId, float] = field(default_factory=dict)
    since: float = 0.0
    slots: dict[tuple[str, str], Any] = field(default_factory=dict)
    outbox: deque["Frames"] = field(default_factory=deque)
    """deliveries that have not reached everybody; the first one is under way"""
    filling: asyncio.Task[None] | None = None
    repairing: asyncio.Task[None] | None = None
    counted: bool = True
    told: Head = field(default_factory=lambda: Head(0, 0, 0))
    """where the room was at the last count, which tells what came since"""
    here: int = 0
    idle_since: float | None = None
    held: Counter["Connection"] = field(default_factory=Counter)
    """connections that get nothing until their permissions have been checked again, and by how many checks"""
    missed: set["Connection"] = field(default_factory=set)
    """those of them to whom a signal was not sent"""

    def enter(self, reading: Subscription) -> None:
        """A connection reads from here on; reading again replaces the former reading."""
        former = self.readings.pop(reading.connection, None)
        if former is not None:
            former.live = False
        self._turn(reading, shown=former is not None and former.shown, now=0.0)
        self.readings[reading.connection] = reading

    def exit(self, connection: "Connection", now: float) -> None:
        """A connection reads no more."""
        reading = self.readings.pop(connection, None)
        if reading is None:
            return
        reading.live = False
        if reading.shown:
            self.hide(connection.caller.id, now)

    def hold(self, connection: "Connection") -> None:
        """Send this connection nothing more until `release`; where it was is kept."""
        self.held[connection] += 1
        if reading := self.readings.get(connection):
            reading.live = False

    def release(self, connection: "Connection") -> bool:
        """Undo one `hold`, and say whether it was the last."""
        self.held[connection] -= 1
        if self.held[connection] > 0:
            return False
        del self.held[connection]
        return True

    def relabel(self, reading: Subscription, labels: Labels, now: float) -> None:
        """Give a reader other labels. One that is not shown any more leaves as if its connection had gone.

        The full list of people, which is sent now and then, brings back one that is shown again.
        """
        shown, reading.labels = reading.shown, labels
        self._turn(reading, shown=shown, now=now)

    def _turn(self, reading: Subscription, *, shown: bool, now: float) -> None:
        """Count a reader who was `shown` until now as it is shown from now on."""
        if reading.shown and not shown:
            self.show(reading.connection.caller.id)
        elif shown and not reading.shown:
            self.hide(reading.connection.caller.id, now)

    def show(self, user: UserId) -> None:
        """One more visible connection of this user."""
        self.mine[user] += 1
        self.leaving.pop(user, None)

    def hide(self, user: UserId, now: float) -> None:
        """One less; with the last one the grace begins."""
        self.mine[user] -= 1
        if self.mine[user] <= 0:
            del self.mine[user]
            self.leaving[user] = now

    def deliver(self, entries: Sequence[LogEvent]) -> None:
        """Push new events to every live reading, in slices; what comes meanwhile waits until the last one has these."""
        self.outbox.append(Frames(entries))
        if len(self.outbox) == 1:
            self._deliver_slice(list(self.readings.values()), 0)

    def _deliver_slice(self, readings: list[Subscription], start: int) -> None:
        """Whatever one reader fails at, the others are served and the outbox goes on."""
        frames = self.outbox[0]
        for reading in readings[start : start + SLICE]:
            try:
                reading.serve(frames)
            except Exception:
                logger.exception("a reader could not be served")
                reading.fail()
        if start + SLICE < len(readings):
            asyncio.get_running_loop().call_soon(self._deliver_slice, readings, start + SLICE)
            return
        self.outbox.popleft()
        if self.outbox:
            asyncio.get_running_loop().call_soon(self._deliver_slice, list(self.readings.values()), 0)

    def changed(self, changes: Changes, now: float) -> None:
        """People who came, changed or left: when, and as signals; in a crowd only their number."""
        for user, person in changes.items():
            self.gone.pop(user, None)
            if person is None:
                self.gone[user] = now
        while len(self.gone) > GONE:
            del self.gone[next(iter(self.gone))]
        if len(self.presence.everyone) <= SHOWN:
            for user, person in changes.items():
                self.slots["presence", user] = person

    def absent_ms(self, user: UserId, now: float) -> int:
        """Since when somebody is not here; who was never seen, since this process knows the room."""
        return 0 if user in self.presence.everyone else round((now - self.gone.get(user, self.since)) * 1000)

    def flush(self) -> None:
        """Send the latest value of every slot to those who look at the room."""
        chunk = EncodedFrames(
            *(messages.signal(self.key, kind, key, value) for (kind, key), value in self.slots.items())
        )
        self.slots.clear()
        for connection, reading in self.readings.items():
            if connection in self.held:
                self.missed.add(connection)
            elif not reading.opening:
                connection.out.signal(chunk)

    def count(self, changes: Callable[[Sequence[LogEvent], int], dict[str, Any]]) -> None:
        """Tell those who only listen how far the room is, and what came since the last count."""
        head, told = self.ring.head, self.told
        self.told = head
        since = self.ring.since(told.o)
        came = {"lines": None} if since is None else changes(since, told.n)
        value = {"o": head.o, "t": head.t, "n": head.n, "here": self.here, "since": told.o, **came}
        chunk = EncodedFrames(messages.signal(self.key, "count", "", value))
        for connection in self.listeners:
            if connection in self.held:
                self.missed.add(connection)
            elif connection not in self.readings:
                connection.out.signal(chunk)
        self.counted = True

    def people(self) -> dict[str, Any]:
        """The full list, as `room.open` and `presence.read` give it."""
        everyone = self.presence.everyone
        shown: dict[UserId, Person] = dict(islice(everyone.items(), SHOWN))
        return {"presence": shown, "here": len(everyone)}

    @property
    def empty(self) -> bool:
        return not self.readings and not self.listeners


class Frames:
    """A run of events encoded once for all who may read it all, and once for each other set of labels."""

    __slots__ = ("_entries", "_made", "_open", "last", "wire")

    def __init__(self, entries: Sequence[LogEvent]) -> None:
        self._entries = entries
        self._open: EncodedFrames | None = None
        if all(entry.audience is None for entry in entries):
            self._open = EncodedFrames(*(entry.frame() for entry in entries))
        plain = self._open.plain if self._open else b""
        self._made: dict[Labels, EncodedFrames] = {}
        self.last = entries[-1].o
        self.wire = plain if len(plain) <= FAST else b""
        """for whom the socket's own `send` serves: the frames of all, unless they are many at once"""

    def of(self, labels: Labels) -> EncodedFrames:
        """The frames for a reader with these labels."""
        if self._open is not None:
            return self._open
        if labels not in self._made:
            self._made[labels] = EncodedFrames(*(self._frame(entry, labels) for entry in self._entries))
        return self._made[labels]

    @staticmethod
    def _frame(entry: LogEvent, labels: Collection[str]) -> str:
        return entry.frame() if entry.readable_by(labels) else entry.withheld()
