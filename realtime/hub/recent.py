"""The last events of one log, in memory and without a gap. Pure."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from realtime.log.event import LogEvent
from realtime.types import Head, Position


class RecentEvents:
    """The last `size` events of a log, up to `head`. Redacted events are emptied before anyone gets them."""

    def __init__(self, size: int, head: Head) -> None:
        self.head = head
        self._events: deque[LogEvent] = deque(maxlen=size)

    def apply(self, events: Sequence[LogEvent]) -> tuple[list[LogEvent], bool]:
        """Append what follows the head. Return the new events, and whether a gap before the rest must be read."""
        new: list[LogEvent] = []
        for event in events:
            if event.o > self.head.o + 1:
                return new, True
            if event.o == self.head.o + 1:
                self._append(event)
                new.append(event)
        return new, False

    def prepend(self, tail: Sequence[LogEvent]) -> None:
        """Add older events, which were read from the log later."""
        first = self._events[0].o if self._events else self.head.o + 1
        older = [event for event in tail if event.o < first]
        if older and older[-1].o == first - 1:
            self._events = deque((*older, *self._events), maxlen=self._events.maxlen)
            self.redact(self._events)

    def since(self, o: int) -> list[LogEvent] | None:
        """Return the events after offset `o`, or None when they do not reach back so far."""
        if o >= self.head.o:
            return []
        if not self._events or self._events[0].o > o + 1:
            return None
        return list(islice(self._events, o + 1 - self._events[0].o, None))

    def contains(self, position: Position) -> bool | None:
        """Return whether the log has this position, or None when only the database knows."""
        if position.o > self.head.o:
            return False
        if position.o == self.head.o:
            return position.t == self.head.t
        if not self._events or self._events[0].o > position.o:
            return None
        return self._events[position.o - self._events[0].o].t == position.t

    def redact(self, events: Sequence[LogEvent] | deque[LogEvent]) -> None:
        """Empty what recent events redact: a page that was read before one of them committed still has the data."""
        redacted = {o for event in self._events for o in event.redacts}
        for event in events:
            if event.o in redacted:
                event.data = None

    def _append(self, event: LogEvent) -> None:
        self._events.append(event)
        self.head = event.head
        for earlier in self._events if event.redacts else ():
            if earlier.o in event.redacts:
                earlier.data = None
