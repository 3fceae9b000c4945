"""What has come in over one WebSocket and the application has not taken yet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

MESSAGES: Final = 64
BYTES: Final = 256 * 1024
"""so much may wait; a message comes in whole, so that it may be one more"""

Message = dict[str, Any]


class Inbox:
    """ASGI's `receive`. Whoever fills it stops while it is `crowded`, and is called once there is room again.

    An `asyncio.Queue` has four deques, 3 KB of each connection that has nothing to say; here one waits, if anybody.
    """

    patience_s = 2.0
    """for an application that does not ask for its next message"""

    def __init__(self, room: Callable[[], None]) -> None:
        self.crowded = False
        self._messages: list[Message] = []
        self._room, self._bytes = room, 0
        self._asking: asyncio.Future[None] | None = None
        self._last: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """messages"""
        return len(self._messages)

    def put_nowait(self, message: Message) -> None:
        self._messages.append(message)
        self._bytes += _size(message)
        self.crowded = self.crowded or len(self._messages) >= MESSAGES or self._bytes >= BYTES
        if self._asking and not self._asking.done():
            self._asking.set_result(None)

    async def get(self) -> Message:
        """Whoever asks has dealt with what it got before: Channels gives a consumer one message after the other.

        One asks at a time.
        """
        if not self._messages:
            self._say_last()
        while not self._messages:
            if self._asking:
                raise RuntimeError("somebody is waiting for the next message already")
            self._asking = asyncio.get_running_loop().create_future()
            try:
                await self._asking
            finally:
                self._asking = None
        message = self._messages.pop(0)
        self._bytes -= _size(message)
        if self.crowded and len(self._messages) <= MESSAGES // 2 and self._bytes <= BYTES // 2:
            self.crowded = False
            asyncio.get_running_loop().call_soon(self._room)
        return message

    def afterwards(self, last: Callable[[], None]) -> None:
        """Do this once what is here has been dealt with, and nothing is put in any more."""
        self._last = last
        if self._asking and not self._messages:
            self._say_last()
        else:
            self._timer = asyncio.get_running_loop().call_later(self.patience_s, self._say_last)

    def _say_last(self) -> None:
        if self._timer:
            self._timer.cancel()
        last, self._last, self._timer = self._last, None, None
        if last:
            last()


def _size(message: Message) -> int:
    """Characters for bytes: near enough for a bound."""
    return len(message.get("text") or message.get("bytes") or "")
