"""The two transports of a connection: the socket on our server, a queue on any other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from realtime.errors import Close
from realtime.server.frames import EncodedFrames

if TYPE_CHECKING:  # it imports Twisted, which other servers do not need
    from realtime.server.extension import Extension


class Transport(Protocol):
    """Sends frames to one client. Only `run` waits."""

    counts_unsent: bool
    """`unsent` includes what the kernel has not taken yet."""

    def write(self, frames: EncodedFrames, max_bytes: int | None = None) -> bool:
        """Send frames. Return False, and send nothing, when others wait and `max_bytes` would be exceeded."""

    def unsent(self) -> int: ...

    def close(self, close: Close) -> None:
        """Close after all that was written."""

    def drop(self) -> None:
        """Forget what waits, because nobody reads it."""

    async def run(self) -> None:
        """Do the transport's own work until it is closed."""


class SocketTransport:
    """Sends through our server's extension: a delivery is one call of the socket's `send`, and no task.

    While nothing waits, `ready` gives the socket's `send` for plain frames; it is valid until `on_blocked` is called.
    What it does not take goes to `put`.
    """

    counts_unsent = True

    def __init__(self, extension: "Extension") -> None:
        self._extension, self._deflates = extension, extension.deflates
        self.unsent, self.ready, self.put = extension.unsent, extension.fast_send, extension.write_data

    @property
    def on_blocked(self) -> Callable[[], None]:
        return self._extension.on_blocked

    @on_blocked.setter
    def on_blocked(self, called: Callable[[], None]) -> None:
        self._extension.on_blocked = called

    def write(self, frames: EncodedFrames, max_bytes: int | None = None) -> bool:
        return self._extension.write(frames.compressed if self._deflates else frames.plain, max_bytes)

    def close(self, close: Close) -> None:
        self._extension.close(close.code, close.reason)

    def drop(self) -> None:
        """Do nothing: the server's own time-out closes the connection."""

    async def run(self) -> None: ...


class QueueTransport:
    """A queue, and the task that empties it into an asynchronous `send`."""

    def __init__(
        self,
        send: Callable[[str], Awaitable[None]],
        close: Callable[[Close], Awaitable[None]],
        *,
        counts_unsent: bool = False,
    ) -> None:
        self.counts_unsent = counts_unsent
        self._send, self._close = send, close
        self._queue: deque[tuple[str, int]] = deque()
        self._queued_bytes = 0
        self._closing: Close | None = None
        self._ready = asyncio.Event()

    def write(self, frames: EncodedFrames, max_bytes: int | None = None) -> bool:
        sizes = frames.sizes
        size = sum(sizes)
        if max_bytes is not None and self._queued_bytes and self._queued_bytes + size > max_bytes:
            return False
        self._queue.extend(zip(frames.texts, sizes, strict=True))
        self._queued_bytes += size
        self._ready.set()
        return True

    def unsent(self) -> int:
        return self._queued_bytes

    def close(self, close: Close) -> None:
        self._closing = close
        self._ready.set()

    def drop(self) -> None:
        self._queue.clear()
        self._queued_bytes = 0

    async def run(self) -> None:
        while True:
            while self._queue:
                text, size = self._queue.popleft()
                await self._send(text)
                self._queued_bytes = max(0, self._queued_bytes - size)
            if self._closing:
                return await self._close(self._closing)
            self._ready.clear()
            await self._ready.wait()


def extension_of(scope: Mapping[str, Any]) -> "Extension | None":
    """Return the extension that our server puts into the scope, or None on another server."""
    extension: Extension | None = (scope.get("extensions") or {}).get("parlor")
    return extension
