"""The two ways out of a connection: straight to the socket on our server, through a queue on any other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from realtime.errors import Close
from realtime.server.frames import EncodedFrames

if TYPE_CHECKING:
    from realtime.server.extension import Extension


class Transport(Protocol):
    """What a connection needs of the wire. Only `run` waits."""

    tells: bool
    """does `unsent` know what the kernel has not taken yet"""

    def write(self, chunk: EncodedFrames, most: int | None = None) -> bool:
        """Send these frames; False, and nothing sent, where others wait and more than `most` bytes would."""

    def unsent(self) -> int: ...

    def close(self, close: Close) -> None:
        """After all that was written."""

    def drop(self) -> None:
        """Forget what waits: nobody reads it."""

    async def run(self) -> None:
        """Whatever it has to do until it is closed."""


class SocketTransport:
    """Our server's extension: a delivery is one call of the socket's `send`, and no task.

    It alone has a way past all of this, for plain frames while nothing waits: what `ready` gives, until `waits` is
    called. What that has not taken goes to `put`.
    """

    tells = True

    def __init__(self, extension: "Extension") -> None:
        self._extension, self._deflates = extension, extension.deflates
        self.unsent, self.ready, self.put = extension.unsent, extension.fast_send, extension.write_data

    @property
    def waits(self) -> Callable[[], None]:
        return self._extension.on_blocked

    @waits.setter
    def waits(self, called: Callable[[], None]) -> None:
        self._extension.on_blocked = called

    def write(self, chunk: EncodedFrames, most: int | None = None) -> bool:
        return self._extension.write(chunk.compressed if self._deflates else chunk.plain, most)

    def close(self, close: Close) -> None:
        self._extension.close(close.code, close.reason)

    def drop(self) -> None:
        """The server's own time-out for closing ends it."""

    async def run(self) -> None:
        """Nothing."""


class QueueTransport:
    """A queue and the task that empties it into an asynchronous `send`."""

    def __init__(
        self, send: Callable[[str], Awaitable[None]], close: Callable[[Close], Awaitable[None]], *, tells: bool = False
    ) -> None:
        self.tells = tells
        self._send, self._close = send, close
        self._queue: deque[tuple[str, int]] = deque()
        self._queued = 0
        self._closing: Close | None = None
        self._ready = asyncio.Event()

    def write(self, chunk: EncodedFrames, most: int | None = None) -> bool:
        sizes = chunk.sizes
        size = sum(sizes)
        if most is not None and self._queued and self._queued + size > most:
            return False
        self._queue.extend(zip(chunk.texts, sizes, strict=True))
        self._queued += size
        self._ready.set()
        return True

    def unsent(self) -> int:
        return self._queued

    def close(self, close: Close) -> None:
        self._closing = close
        self._ready.set()

    def drop(self) -> None:
        self._queue.clear()
        self._queued = 0

    async def run(self) -> None:
        while True:
            while self._queue:
                text, size = self._queue.popleft()
                await self._send(text)
                self._queued = max(0, self._queued - size)
            if self._closing:
                return await self._close(self._closing)
            self._ready.clear()
            await self._ready.wait()


def extension_of(scope: Mapping[str, Any]) -> "Extension | None":
    """What our server puts into the scope, and no other."""
    extension: Extension | None = (scope.get("extensions") or {}).get("parlor")
    return extension
