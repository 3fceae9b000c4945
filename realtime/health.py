"""The health checks `/healthz` and `/readyz`, for process managers and load balancers.

They are answered before Django: a probe does not know ALLOWED_HOSTS, and must not wait for a thread of Django's pool.
Ready means that this process can read and write now. Without Redis it still works, so the answer is 200, "degraded".
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
from realtime.server.processes.companions import late_companions
from realtime.workers.jobs import Task
from realtime.workers.writer import Writer

CHECK_TIMEOUT_S: Final = 2
"""The time of each check: the database, the disk, a write and the channel layer."""
CACHE_S: Final = 1
"""An answer is reused for this time, so that probes are no load."""
WRITE_FAILURE_S: Final = 10
"""A failed write makes the process not ready for this time."""
MIN_FREE_BYTES: Final = 64 * 1024 * 1024
"""The free space that SQLite's disk must have."""


PROBE: Final = Task("health.probe", lambda batch: None)
"""A task that waits for its batch, takes the locks, and changes nothing."""


class Health(NamedTuple):
    """The reasons why this process cannot serve, and the services that it does without."""

    missing: list[str]
    degraded: list[str]

    def __str__(self) -> str:
        ready = f"not ready: {', '.join(self.missing)}" if self.missing else "ready"
        return f"{ready}; degraded: {', '.join(self.degraded)}" if self.degraded else ready


class Probes:
    """ASGI middleware: answers the two paths and passes on everything else."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._thread, self._disk = ThreadPoolExecutor(1, "probe"), ThreadPoolExecutor(1, "probe-disk")
        self._check_task: asyncio.Task[Health] | None = None
        self._checked_at = 0.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/healthz":
            await _answer(send, 200, "alive")
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            health = await self._health()
            await _answer(send, 503 if health.missing else 200, str(health))
        else:
            await self._application(scope, receive, send)

    async def _health(self) -> Health:
        """Return the health, checked once for all requests of the same time."""
        now = time.monotonic()
        if self._check_task is None or (self._check_task.done() and now - self._checked_at > CACHE_S):
            self._check_task, self._checked_at = asyncio.create_task(self._check()), now
        return await asyncio.shield(self._check_task)

    async def _check(self) -> Health:
        loop = asyncio.get_running_loop()
        process = Process.running.get(loop)
        late: list[str] = []
        database, disk, writes, layer, _ = await asyncio.gather(
            _fails(loop.run_in_executor(self._thread, _check_database)),
            _fails(loop.run_in_executor(self._disk, _check_disk)),
            _fails(_check_writer(process.writer)) if process and not process.draining else _fails(_nothing()),
            _fails(_check_layer()),
            _fails(loop.run_in_executor(self._thread, _add_late, late)),
        )
        failed = {"database": database, "disk": disk, "writes": writes, "leaving": process and process.draining}
        degraded = [*(["channel layer"] if layer else []), *late]
        return Health([name for name, fails in failed.items() if fails], degraded)


async def _fails(work: Any) -> bool:
    """Return whether the work is late or raises."""
    try:
        await asyncio.wait_for(work, CHECK_TIMEOUT_S)
    except Exception:
        return True
    return False


async def _nothing() -> None:
    """Succeed: there is no process to check."""


def _check_database() -> None:
    """Query in this check's own thread. After one that hangs the next check waits, and reports it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _add_late(late: list[str]) -> None:
    """Add the names of the companions whose work waits too long."""
    try:
        late += late_companions()
    finally:
        connection.close()


def _check_disk() -> None:
    """Raise if SQLite's disk is full. PostgreSQL reports a full disk by failed writes."""
    if connection.vendor == "sqlite":
        folder = Path(str(connection.settings_dict["NAME"])).parent
        if (free := shutil.disk_usage(folder).free) < MIN_FREE_BYTES:
            raise OSError(f"{free} bytes are free")


async def _check_writer(writer: Writer) -> None:
    """Raise unless a write without changes succeeds, and no write has failed within `WRITE_FAILURE_S`."""
    outcome = await writer.submit(PROBE)
    if isinstance(outcome, RealtimeError) or time.monotonic() - writer.failed_at < WRITE_FAILURE_S:
        raise OSError("writes fail")


async def _check_layer() -> None:
    layer = get_channel_layer()
    if layer is not None and not isinstance(layer, InMemoryChannelLayer):
        await layer.group_send("probe", {"type": "probe"})


async def _answer(send: Any, status: int, text: str) -> None:
    body = f"{text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
