"""`/healthz` and `/readyz`: for who watches the process and for who sends people to it.

They are answered before Django: a probe knows none of ALLOWED_HOSTS, and must not wait for a thread of its pool.
Ready means: this process can read and write now. Redis away is survivable, so the answer is 200 and says "degraded".
"""

import asyncio
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, NamedTuple

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import connection

from realtime.errors import RealtimeError
from realtime.process import Process
from realtime.workers.jobs import Task
from realtime.workers.writer import Writer

PATIENCE_S: Final = 2
"""for the database, for a write and for the channel layer"""
FRESH_S: Final = 1
"""for so long an answer serves all who ask: probes are no load, whoever sends them"""
FAILED_S: Final = 10
"""for so long a write that the database refused counts"""
LEAST_FREE: Final = 64 * 1024 * 1024
"""bytes free on SQLite's disk"""


PROBE: Final = Task("health.probe", lambda batch: None)
"""a transaction that takes its turn and the locks, and changes nothing"""


class Health(NamedTuple):
    """Reasons why this process cannot serve, and services that it does without."""

    missing: list[str]
    degraded: list[str]

    def __str__(self) -> str:
        ready = f"not ready: {', '.join(self.missing)}" if self.missing else "ready"
        return f"{ready}; degraded: {', '.join(self.degraded)}" if self.degraded else ready


class Probes:
    """ASGI middleware."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._thread, self._disk = ThreadPoolExecutor(1, "probe"), ThreadPoolExecutor(1, "probe-disk")
        self._asked: asyncio.Task[Health] | None = None
        self._asked_at = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, 200, "alive")
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            health = await self._health()
            await _answer(send, 503 if health.missing else 200, str(health))
        else:
            await self._application(scope, receive, send)

    async def _health(self) -> Health:
        """Asked once for all who ask at the same time."""
        now = time.monotonic()
        if self._asked is None or (self._asked.done() and now - self._asked_at > FRESH_S):
            self._asked, self._asked_at = asyncio.create_task(self._ask()), now
        return await asyncio.shield(self._asked)

    async def _ask(self) -> Health:
        loop = asyncio.get_running_loop()
        process = Process.running.get(loop)
        database, disk, writes, layer = await asyncio.gather(
            _fails(loop.run_in_executor(self._thread, _ask_database)),
            _fails(loop.run_in_executor(self._disk, _ask_disk)),
            _fails(_ask_writer(process.writer)) if process and not process.draining else _fails(_nothing()),
            _fails(_ask_layer()),
        )
        failed = {"database": database, "disk": disk, "writes": writes, "leaving": process and process.draining}
        return Health([name for name, fails in failed.items() if fails], ["channel layer"] if layer else [])


async def _fails(work: Any) -> bool:
    """Return whether the work is late or raises."""
    try:
        await asyncio.wait_for(work, PATIENCE_S)
    except Exception:
        return True
    return False


async def _nothing() -> None:
    """There is no process to ask."""


def _ask_database() -> None:
    """In a thread of its own: with one that hangs, the next probe waits and says so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _ask_disk() -> None:
    """SQLite writes to a disk of this machine; PostgreSQL's own refuses writes when its disk is full."""
    if connection.vendor == "sqlite":
        folder = Path(str(connection.settings_dict["NAME"])).parent
        if (free := shutil.disk_usage(folder).free) < LEAST_FREE:
            raise OSError(f"{free} bytes are free")


async def _ask_writer(writer: Writer) -> None:
    """Raise unless writes get through: one that changes nothing, behind all that wait, and none refused lately."""
    outcome = await writer.submit(PROBE)
    if isinstance(outcome, RealtimeError) or time.monotonic() - writer.failed_at < FAILED_S:
        raise OSError("writes fail")


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
