"""What goes out to one reader, within bounds, and what to do about a reader that is slower than the room."""

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
"""on a server that cannot tell what is unsent: a ping in the stream for so much"""
STREAM_PINGS: Final = 2
"""that many unanswered mean lagging"""


class SlowConsumer(Enum):
    """How a look at the reader ended."""

    FINE = auto()
    CAUGHT_UP = auto()
    STUCK = auto()


class SendQueue:
    """The way out of one connection. While it is `lagging`, events wait in the log and signals are dropped."""

    def __init__(
        self, transport: Transport, limits: Limits, now: Callable[[], float], ping: Callable[[], Ping]
    ) -> None:
        self._transport, self._write, self._tells = transport, transport.write, transport.tells
        self._direct = transport if isinstance(transport, SocketTransport) else None
        self._now, self._ping = now, ping
        self._most, self._patience = limits.lagging_bytes, limits.slow_s
        self.send: Callable[[bytes], int] | None = None
        """the socket's own, for plain frames: there while `push` would do nothing else"""
        if self._direct:
            self._direct.waits = self._waits
        self.lagging = False
        self.ending: Close | None = None
        self._streamed = 0
        self._unanswered: list[int] = []
        self._least_unsent, self._progress_at = 0, 0.0
        self._room: asyncio.Future[None] | None = None

    def push(self, chunk: EncodedFrames) -> bool:
        """Send events; False when that would be too much: the reader lags, and is resumed from what it has."""
        if self.lagging or self.ending:
            return False
        if (len(chunk.texts) > 1 and chunk.size > self._most) or not self._write(chunk, self._most):
            self._lag()
            return False
        if self._direct:
            self.send = self._direct.ready()
        elif not self._tells:
            self._stream_ping(chunk.size)
        return True

    def rest(self, frames: bytes) -> None:
        """What `send` has not taken."""
        if self._direct:
            self._direct.put(frames)

    def signal(self, chunk: EncodedFrames) -> None:
        """Send a signal; dropped when the reader lags."""
        if not self.lagging and not self.ending:
            self._put(chunk)

    def notify(self, method: str, params: Any) -> None:
        self.put(messages.notification(method, params))

    def put(self, text: str) -> None:
        """Send an answer or a word that must not be dropped. What is large waits for `roomy` before it is made."""
        self._put(EncodedFrames(text))
        if not self.lagging and not self.ending and self._transport.unsent() > self._most:
            self._lag()

    async def roomy(self) -> None:
        """Wait while the reader lags. A reader that has ended has no room any more."""
        while self.lagging:
            self._room = self._room or asyncio.get_running_loop().create_future()
            await asyncio.wait([self._room])

    def end(self, close: Close) -> None:
        """Say `session.bye`, then close; the first reason counts."""
        if self.ending is None:
            self.ending, self.send = close, None
            self.put(messages.bye(close))
            self._transport.close(close)

    def answered(self, ping: RequestId) -> None:
        """The client has read the stream up to this ping."""
        while self._unanswered and isinstance(ping, int) and self._unanswered[0] <= ping:
            self._unanswered.pop(0)

    def watch(self, now: float) -> SlowConsumer:
        """A lagging reader catches up, makes progress, or after a while is stuck for good."""
        unsent = self._transport.unsent()
        if not self.lagging:
            if unsent > self._most:
                self._lag()
        elif unsent < self._most // 4 and len(self._unanswered) < STREAM_PINGS:
            self.lagging = False
            if self._room:
                self._room.set_result(None)
            self._room = None
            return SlowConsumer.CAUGHT_UP
        elif unsent < self._least_unsent:
            self._least_unsent, self._progress_at = unsent, now
        elif now - self._progress_at >= self._patience:
            self._transport.drop()
            return SlowConsumer.STUCK
        return SlowConsumer.FINE

    def _put(self, chunk: EncodedFrames) -> None:
        self._write(chunk)
        if not self._tells:
            self._stream_ping(chunk.size)

    def _waits(self) -> None:
        self.send = None

    def _lag(self) -> None:
        self.lagging, self.send = True, None
        self._least_unsent, self._progress_at = self._transport.unsent(), self._now()

    def _stream_ping(self, size: int) -> None:
        self._streamed += size
        if self._streamed < STREAM_PING_BYTES:
            return
        self._streamed = 0
        ping = self._ping()
        self._unanswered.append(ping.number)
        self._write(EncodedFrames(ping.text))
        if len(self._unanswered) >= STREAM_PINGS and not self.lagging:
            self._lag()
