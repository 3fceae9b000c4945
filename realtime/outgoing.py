"""What goes out to one reader: a queue within bounds, and what to do about a reader that is slower than the room."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, Final, Protocol

from realtime import protocol
from realtime.limits import Limits
from realtime.protocol import Close, RequestId
from realtime.session import Ping

STREAM_PING_BYTES: Final = 1024 * 1024
"""on a server that cannot tell what is unsent: a ping in the stream for so much"""
STREAM_PINGS: Final = 2
"""that many unanswered mean lagging"""


class Transport(Protocol):
    """What a connection needs of the wire."""

    async def send(self, text: str) -> None: ...

    async def close(self, close: Close) -> None: ...

    def unsent(self) -> int | None:
        """Bytes the kernel has not taken yet; None where the server cannot tell."""


class Watched(Enum):
    """How a look at the reader ended."""

    FINE = auto()
    CAUGHT_UP = auto()
    STUCK = auto()


class Outgoing:
    """The queue of one connection. While it is `lagging`, events wait in the log and signals are dropped."""

    def __init__(
        self, transport: Transport, limits: Limits, now: Callable[[], float], ping: Callable[[], Ping]
    ) -> None:
        self._transport, self._limits, self._now, self._ping = transport, limits, now, ping
        self.lagging = False
        self.ending: Close | None = None
        self._queue: deque[str] = deque()
        self._queued = self._streamed = 0
        self._unanswered: deque[int] = deque()
        self._least_unsent, self._progress_at = 0, 0.0
        self._ready = asyncio.Event()

    def push(self, frames: Sequence[str], size: int) -> bool:
        """Queue events; False when that would be too much: the reader lags, and is resumed from what it has."""
        if self.lagging or self.ending:
            return False
        unsent = self.unsent()
        if unsent + size > self._limits.lagging_bytes and (unsent or len(frames) > 1):
            self._lag()
            return False
        self._queue.extend(frames)
        self._queued += size
        self._ready.set()
        return True

    def signal(self, frame: str) -> None:
        """Queue a signal; dropped when the reader lags."""
        if not self.lagging and not self.ending:
            self.put(frame)

    def notify(self, method: str, params: Any) -> None:
        self.put(protocol.notification(method, params))

    def put(self, frame: str) -> None:
        """Queue an answer or a word that must not be dropped; its number is bounded by who asks."""
        self._queue.append(frame)
        self._queued += len(frame)
        self._ready.set()

    def end(self, close: Close) -> None:
        """Say `session.bye`, then close; the first reason counts."""
        if self.ending is None:
            self.ending = close
            self.put(protocol.bye(close))

    async def send_all(self) -> None:
        """Send until the end."""
        while True:
            while self._queue:
                frame = self._queue.popleft()
                await self._transport.send(frame)
                self._queued -= len(frame)
                self._stream_ping(len(frame))
            if self.ending:
                return await self._transport.close(self.ending)
            self._ready.clear()
            await self._ready.wait()

    def unsent(self) -> int:
        return self._queued + (self._transport.unsent() or 0)

    def answered(self, ping: RequestId) -> None:
        """The client has read the stream up to this ping."""
        while self._unanswered and isinstance(ping, int) and self._unanswered[0] <= ping:
            self._unanswered.popleft()

    def watch(self, now: float) -> Watched:
        """A lagging reader catches up, makes progress, or after a while is stuck for good."""
        unsent = self.unsent()
        if not self.lagging:
            if unsent > self._limits.lagging_bytes:
                self._lag()
        elif unsent < self._limits.lagging_bytes // 4 and len(self._unanswered) < STREAM_PINGS:
            self.lagging = False
            return Watched.CAUGHT_UP
        elif unsent < self._least_unsent:
            self._least_unsent, self._progress_at = unsent, now
        elif now - self._progress_at >= self._limits.slow_s:
            self._drop()
            return Watched.STUCK
        return Watched.FINE

    def _drop(self) -> None:
        self._queue.clear()
        self._queued = 0

    def _lag(self) -> None:
        self.lagging = True
        self._least_unsent, self._progress_at = self.unsent(), self._now()

    def _stream_ping(self, size: int) -> None:
        self._streamed += size
        if self._streamed < STREAM_PING_BYTES or self._transport.unsent() is not None:
            return
        self._streamed = 0
        ping = self._ping()
        self._unanswered.append(ping.number)
        self.put(ping.text)
        if len(self._unanswered) >= STREAM_PINGS and not self.lagging:
            self._lag()
