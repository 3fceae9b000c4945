"""What has come in over one WebSocket and the application has not taken yet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

MESSAGES: Final = 64
BYTES: Final = 256 * 1024
"""so much may wait; a message comes in whole, so that it may be one more"""

Message = dict[str, Any]


class Inbox(asyncio.Queue[Message]):
    """ASGI's `receive`. Whoever fills it stops while it is `crowded`, and is called once there is room again."""

    patience_s = 2.0
    """for an application that does not ask for its next message"""

    def __init__(self, room: Callable[[], None]) -> None:
        super().__init__()
        self.crowded = False
        self._room, self._bytes, self._asking = room, 0, False
        self._last: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def put_nowait(self, message: Message) -> None:
        super().put_nowait(message)
        self._bytes += _size(message)
        self.crowded = self.crowded or self.qsize() >= MESSAGES or self._bytes >= BYTES

    async def get(self) -> Message:
        """Whoever asks has dealt with what it got before: Channels gives a consumer one message after the other."""
        self._asking = True
        if self.empty():
            self._say_last()
        try:
            message = await super().get()
        finally:
            self._asking = False
        self._bytes -= _size(message)
        if self.crowded and self.qsize() <= MESSAGES // 2 and self._bytes <= BYTES // 2:
            self.crowded = False
            asyncio.get_running_loop().call_soon(self._room)
        return message

    def afterwards(self, last: Callable[[], None]) -> None:
        """Do this once what is here has been dealt with, and nothing is put in any more."""
        self._last = last
        if self._asking and self.empty():
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
