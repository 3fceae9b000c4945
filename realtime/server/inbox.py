"""The messages of one WebSocket that the application has not received yet."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

MAX_MESSAGES: Final = 64
MAX_BYTES: Final = 256 * 1024
"""The inbox is full at either bound. A message is added whole, so that it may exceed the bound by one message."""

Message = dict[str, Any]


class Inbox:
    """ASGI's `receive`. The protocol stops reading while it is `full`; `on_space` is called when it may continue.

    An `asyncio.Queue` has four deques, 3 KB of every silent connection. Here at most one task waits.
    """

    receive_timeout_s = 2.0
    """The application has this time to ask for its next message before the last action is done without it."""

    def __init__(self, on_space: Callable[[], None]) -> None:
        self.full = False
        self._messages: list[Message] = []
        self._on_space, self._bytes = on_space, 0
        self._waiter: asyncio.Future[None] | None = None
        self._last_action: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._messages)

    def put_nowait(self, message: Message) -> None:
        self._messages.append(message)
        self._bytes += _size(message)
        self.full = self.full or len(self._messages) >= MAX_MESSAGES or self._bytes >= MAX_BYTES
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Message:
        """Return the next message. A call means that the message before has been handled (Channels is serial).

        Only one task may wait.
        """
        if not self._messages:
            self._run_last_action()
        while not self._messages:
            if self._waiter:
                raise RuntimeError("another task is waiting for the next message")
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._messages.pop(0)
        self._bytes -= _size(message)
        if self.full and len(self._messages) <= MAX_MESSAGES // 2 and self._bytes <= MAX_BYTES // 2:
            self.full = False
            asyncio.get_running_loop().call_soon(self._on_space)
        return message

    def run_after_messages(self, action: Callable[[], None]) -> None:
        """Run the action when the messages here have been handled. Put no message in after this call."""
        self._last_action = action
        if self._waiter and not self._messages:
            self._run_last_action()
        else:
            self._timer = asyncio.get_running_loop().call_later(self.receive_timeout_s, self._run_last_action)

    def _run_last_action(self) -> None:
        if self._timer:
            self._timer.cancel()
        action, self._last_action, self._timer = self._last_action, None, None
        if action:
            action()


def _size(message: Message) -> int:
    """Count characters as bytes, which is exact enough for a bound."""
    return len(message.get("text") or message.get("bytes") or "")
