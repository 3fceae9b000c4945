"""The bounded queue to one client, which may read more slowly than its rooms talk."""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final

from realtime.connection.transports import SocketTransport, Transport
from realtime.errors import Close
from realtime.limits import Limits
from realtime.server.frames import EncodedFrames
from realtime.types import RequestId
from realtime.wire import messages
from realtime.wire.session import Ping

STREAM_PING_BYTES: Final = 1024 * 1024
"""Bytes between two pings in the stream, on a server that cannot tell what is unsent."""
STREAM_PINGS_UNANSWERED: Final = 2
"""Pings without an answer that mean a slow consumer."""


class Check(Enum):
    """The result of `SendQueue.check`."""

    OK = auto()
    DRAINED = auto()
    """A slow consumer has read what was sent: its rooms are to be resumed."""
    TIMED_OUT = auto()
    """A slow consumer has made no progress for `slow_s` and is to be closed."""


class SendQueue:
    """The queue of one connection. While it is `lagging`, events wait in the log and signals are dropped."""

    def __init__(
        self, transport: Transport, limits: Limits, now: Callable[[], float], ping: Callable[[], Ping]
    ) -> None:
        self._transport, self._write = transport, transport.write
        self._socket = transport if isinstance(transport, SocketTransport) else None
        self._now, self._ping = now, ping
        self._max_bytes, self._timeout_s = limits.lagging_bytes, limits.slow_s
        self.send: Callable[[bytes], int] | None = None
        if self._socket:
            self._socket.on_blocked = self._blocked
        self.lagging = False
        self.ending: Close | None = None
        self._streamed_bytes = 0
        self._pings: list[int] = []
        self._lowest_unsent, self._progress_at = 0, 0.0
        self._drained: asyncio.Future[None] | None = None

    def push(self, frames: EncodedFrames) -> bool:
        """Send events. Return False, and send nothing, for a slow consumer: it is resumed from what it has."""
        if self.lagging or self.ending:
            return False
        too_large = len(frames.texts) > 1 and frames.size > self._max_bytes
        if too_large or not self._write(frames, self._max_bytes):
            self._lag()
            return False
        if self._socket:
            self.send = self._socket.ready()
        elif not self._transport.counts_unsent:
            self._count_streamed(frames.size)
        return True

    def write_remaining(self, frames: bytes) -> None:
        """Write what `send` has not taken."""
        if self._socket:
            self._socket.put(frames)

    def signal(self, frames: EncodedFrames) -> None:
        """Send a signal, or drop it for a slow consumer."""
        if not self.lagging and not self.ending:
            self._write_counted(frames)

    def notify(self, method: str, params: Any) -> None:
        self.write(messages.notification(method, params))

    def write(self, text: str) -> None:
        """Send what must not be dropped. A large answer is made only after `drained`."""
        self._write_counted(EncodedFrames(text))
        if not self.lagging and not self.ending and self._transport.unsent() > self._max_bytes:
            self._lag()

    async def drained(self) -> None:
        """Wait while this is a slow consumer. One that is closed as such never drains."""
        while self.lagging:
            self._drained = self._drained or asyncio.get_running_loop().create_future()
            await asyncio.wait([self._drained])

    def end(self, close: Close) -> None:
        """Send `session.bye`, then close. The first reason counts."""
        if self.ending is None:
            self.ending, self.send = close, None
            self.write(messages.bye(close))
            self._transport.close(close)

    def pong(self, ping: RequestId) -> None:
        """Note that the client has read the stream up to this ping."""
        while self._pings and isinstance(ping, int) and self._pings[0] <= ping:
            self._pings.pop(0)

    def check(self, now: float) -> Check:
        """Find out whether a slow consumer has drained, makes progress, or has timed out."""
        unsent = self._transport.unsent()
        if not self.lagging:
            if unsent > self._max_bytes:
                self._lag()
        elif unsent < self._max_bytes // 4 and len(self._pings) < STREAM_PINGS_UNANSWERED:
            self.lagging = False
            if self._drained:
                self._drained.set_result(None)
            self._drained = None
            return Check.DRAINED
        elif unsent < self._lowest_unsent:
            self._lowest_unsent, self._progress_at = unsent, now
        elif now - self._progress_at >= self._timeout_s:
            self._transport.drop()
            return Check.TIMED_OUT
        return Check.OK

    def _write_counted(self, frames: EncodedFrames) -> None:
        self._write(frames)
        if not self._transport.counts_unsent:
            self._count_streamed(frames.size)

    def _blocked(self) -> None:
        self.send = None

    def _lag(self) -> None:
        self.lagging, self.send = True, None
        self._lowest_unsent, self._progress_at = self._transport.unsent(), self._now()

    def _count_streamed(self, size: int) -> None:
        self._streamed_bytes += size
        if self._streamed_bytes < STREAM_PING_BYTES:
            return
        self._streamed_bytes = 0
        ping = self._ping()
        self._pings.append(ping.number)
        self._write(EncodedFrames(ping.text))
        if len(self._pings) >= STREAM_PINGS_UNANSWERED and not self.lagging:
            self._lag()
