"""Bound how many uploads run at once in a process, so that posts do not wait for them.

Each request runs in a thread. Threads that compute take turns of 5 ms with the event loop: with fifty of them a post
took 230 ms. One at a time stores as many bytes in a second. A waiting request costs no thread, and the memory of its
chunk, 512 KiB. A slow client holds no slot, because its chunk has arrived.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

SLOTS: Final = 1
METHODS: Final = frozenset({"POST", "PATCH"})
PATH: Final = "/files/"
RELEASE: Final = "files.release"
"""The key in the scope of the function that frees the slot early."""

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class UploadGate:
    """ASGI middleware: lets `SLOTS` uploads pass at a time, in their order."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope.get("method") not in METHODS or not scope["path"].startswith(PATH):
            return await self._application(scope, receive, send)
        slot = Slot(self._gate())
        await slot.take()
        try:
            return await self._application({**scope, RELEASE: slot.release_soon}, receive, send)
        finally:
            slot.release()

    def _gate(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        self._gates = {each: gate for each, gate in self._gates.items() if not each.is_closed()}
        return self._gates.setdefault(loop, asyncio.Semaphore(SLOTS))


class Slot:
    """Holds one place in the gate, and frees it once."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate, self._held, self._loop = gate, False, asyncio.get_running_loop()

    async def take(self) -> None:
        await self._gate.acquire()
        self._held = True

    def release(self) -> None:
        if self._held:
            self._held = False
            self._gate.release()

    def release_soon(self) -> None:
        """Free the slot from another thread. A picture is decoded in a process, which takes no turns."""
        self._loop.call_soon_threadsafe(self.release)
