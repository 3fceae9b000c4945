"""ASGI middleware that limits a stock consumer: the option block of the tutorial's µWebSockets.js."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from realtime.limits import TokenBucket
from realtime.server.denial import deny
from realtime.server.frames import reason_bytes

logger = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 50
"""A route takes so many connections in a process."""
RATE: Final = 40.0
"""A connection may send so many messages a second, and twice as many at once."""
RETRY: Final = [(b"retry-after", b"30")]
IDLE, TOO_FAST, TOO_LARGE = 4008, 1008, 1009

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class Options(NamedTuple):
    """The options of a route, in seconds and bytes. Names and defaults are those of µWebSockets.js."""

    idle_timeout: float = 120
    max_backpressure: int = 64 * 1024
    max_payload_length: int = 16 * 1024


class RouteLimits:
    """The limits of one route. A connection is refused before the accept when the route is closed or full."""

    def __init__(
        self,
        application: Application,
        options: Options,
        *,
        is_open: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application, self._options, self._is_open, self._clock = application, options, is_open, clock
        self._connected = 0

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if not self._is_open():
            return await deny(scope, send, 404, "This page of the lab is not open here.")
        if self._connected >= MAX_CONNECTIONS:
            return await deny(scope, send, 503, "Enough are at this page of the lab.", RETRY)
        connection = LimitedConnection(self._options, scope, receive, send, self._clock)
        self._connected += 1
        try:
            return await self._application(scope, connection.receive, connection.send)
        finally:
            self._connected -= 1


class LimitedConnection:
    """The server's `receive` and `send` for one connection, within the limits of the options."""

    def __init__(self, options: Options, scope: Any, receive: Receive, send: Send, clock: Callable[[], float]) -> None:
        self._options, self._receive, self._send, self._clock = options, receive, send, clock
        self._server = (scope.get("extensions") or {}).get("parlor")
        self._touched = clock()
        self._bucket = TokenBucket(RATE, RATE * 2, self._touched)
        self._ended: Message | None = None

    async def receive(self) -> Message:
        """Return the next message, or the disconnect that the limits have caused."""
        arriving = asyncio.ensure_future(self._receive())
        try:
            while not (arriving.done() or self._ended):
                left = self._touched + self._options.idle_timeout - self._clock()
                if left <= 0:
                    await self._end(IDLE, f"idle for {self._options.idle_timeout:g} s")
                else:
                    await asyncio.wait({arriving}, timeout=left)
        finally:
            arriving.cancel()
        if not self._ended:
            await self._check_limits(arriving.result())
        return self._ended or arriving.result()

    async def _check_limits(self, message: Message) -> None:
        self._touched = self._clock()
        size = len(message.get("bytes") or (message.get("text") or "").encode())
        if size > self._options.max_payload_length:
            await self._end(TOO_LARGE, f"{size} bytes, at most {self._options.max_payload_length}")
        elif message["type"] == "websocket.receive" and self._bucket.take(self._touched):
            await self._end(TOO_FAST, "too fast")

    async def send(self, message: Message) -> None:
        """Send a message, or drop it when the connection has ended."""
        if self._ended:
            return
        if message["type"] == "websocket.close":
            await self._close(message.get("code") or 1000, message.get("reason") or "")
        elif self._server and self._server.unsent() > self._options.max_backpressure:
            await self._end(TOO_FAST, "reads too little")
        else:
            self._touched = self._clock()
            await self._send(message)

    async def _end(self, code: int, reason: str) -> None:
        self._ended = {"type": "websocket.disconnect", "code": code, "reason": reason}
        logger.info("closed a connection of the lab: %d %s", code, reason)
        await self._close(code, reason)

    async def _close(self, code: int, reason: str) -> None:
        """Close the connection. Stock daphne sends only 1000 and 3000 to 4999, and no reason, so 1009 becomes 4009."""
        close = {"type": "websocket.close", "reason": reason_bytes(reason).decode()}
        try:
            await self._send({**close, "code": code})
        except Exception:
            if not 1000 < code < 2000:
                raise
            await self._send({**close, "code": 3000 + code})
