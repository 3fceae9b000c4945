"""A ring: the end of one log in memory. Pure; it takes events in order and never holds a hole."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from realtime.log.event import LogEvent
from realtime.types import Head, Position


class RecentEvents:
    """The last events of a log up to `head`. Superseded events are blanked before anyone is served."""

    def __init__(self, size: int, head: Head) -> None:
        self.head = head
        self._entries: deque[LogEvent] = deque(maxlen=size)

    def take(self, entries: Sequence[LogEvent]) -> tuple[list[LogEvent], bool]:
        """The events that were new, and whether a hole before the rest must be read from the database."""
        fresh: list[LogEvent] = []
        for entry in entries:
            if entry.o > self.head.o + 1:
                return fresh, True
            if entry.o == self.head.o + 1:
                self._append(entry)
                fresh.append(entry)
        return fresh, False

    def fill(self, tail: Sequence[LogEvent]) -> None:
        """What stands in the log before the first event held, read later."""
        first = self._entries[0].o if self._entries else self.head.o + 1
        older = [entry for entry in tail if entry.o < first]
        if older and older[-1].o == first - 1:
            held = (*older, *self._entries)
            self._entries = deque(held, maxlen=self._entries.maxlen)
            self.blank(self._entries)

    def since(self, o: int) -> list[LogEvent] | None:
        """The events after offset `o`, or None where the ring does not reach back."""
        if o >= self.head.o:
            return []
        if not self._entries or self._entries[0].o > o + 1:
            return None
        return list(islice(self._entries, o + 1 - self._entries[0].o, None))

    def holds(self, position: Position) -> bool | None:
        """Whether the log has this position; None where the ring cannot know."""
        if position.o > self.head.o:
            return False
        if position.o == self.head.o:
            return position.t == self.head.t
        if not self._entries or self._entries[0].o > position.o:
            return None
        return self._entries[position.o - self._entries[0].o].t == position.t

    def blank(self, entries: Sequence[LogEvent] | deque[LogEvent]) -> None:
        """Empty what events of this ring supersede: a page read before one was committed may still hold it."""
        superseded = {o for entry in self._entries for o in entry.blanks}
        for entry in entries:
            if entry.o in superseded:
                entry.data = None

    def _append(self, entry: LogEvent) -> None:
        self._entries.append(entry)
        self.head = entry.head
        for held in self._entries if entry.blanks else ():
            if held.o in entry.blanks:
                held.data = None
