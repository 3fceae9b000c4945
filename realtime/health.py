"""`/healthz` and `/readyz`: for who watches the process and for who sends people to it.

They are answered before Django: a probe knows none of ALLOWED_HOSTS, and must not wait for a thread of its pool.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import connection

from realtime.process import Process

PATIENCE_S: Final = 2
"""for the database and for the channel layer"""
FRESH_S: Final = 1
"""for so long an answer serves all who ask: probes are no load, whoever sends them"""


class Probes:
    """ASGI middleware."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._thread = ThreadPoolExecutor(1, "probe")
        self._asked: asyncio.Task[list[str]] | None = None
        self._asked_at = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, 200, "alive")
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            missing = await self._missing()
            await _answer(send, 503 if missing else 200, f"not ready: {', '.join(missing)}" if missing else "ready")
        else:
            await self._application(scope, receive, send)

    async def _missing(self) -> list[str]:
        """What keeps this process from serving, asked once for all who ask at the same time."""
        now = time.monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at > FRESH_S):
            self._asked, self._asked_at = asyncio.create_task(self._ask()), now
        return await asyncio.shield(self._asked)

    async def _ask(self) -> list[str]:
        process = Process.running.get(asyncio.get_running_loop())
        loop = asyncio.get_running_loop()
        names = ("database", "channel layer")
        answers = await asyncio.gather(
            asyncio.wait_for(loop.run_in_executor(self._thread, _ask_database), PATIENCE_S),
            asyncio.wait_for(_ask_layer(), PATIENCE_S),
            return_exceptions=True,
        )
        missing = [name for name, answer in zip(names, answers, strict=True) if answer is not None]
        return [*missing, *(["leaving"] if process and process.draining else [])]


def _ask_database() -> None:
    """In a thread of its own: with one that hangs, the next probe waits and says so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


async def _ask_layer() -> None:
    layer = get_channel_layer()
    if layer is not None and not isinstance(layer, InMemoryChannelLayer):
        await layer.group_send("probe", {"type": "probe"})


async def _answer(send: Any, status: int, word: str) -> None:
    body = f"{word}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
