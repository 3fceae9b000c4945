"""The reader pool: a few threads with a database connection each, for reads that must not wait for the writer."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections

from realtime.errors import unavailable

logger = logging.getLogger(__name__)

RETRY_WITHIN_S: Final = 1.0
"""A read that failed within this time is repeated, because its connection may have died before."""
STOP_TIMEOUT_S: Final = 2.0
"""Seconds that the threads have to end when the process stops."""

A = ParamSpec("A")
T = TypeVar("T")


class Readers:
    """Runs plain functions that read, and pure functions that would block the event loop."""

    def __init__(self, answer_s: float, threads: int = 4, *, name: str = "reader") -> None:
        self._answer_s = answer_s
        self._connections: list[Any] = []
        self._failing = False
        """The last read failed, and this is logged."""
        self._pool = ThreadPoolExecutor(threads, name, initializer=self._connect)

    def _connect(self) -> None:
        database = connections["default"]
        database.inc_thread_sharing()
        self._connections.append(database)

    async def run(self, function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T:
        """Return the function's value. Raise `unavailable` after `answer_s`; a thread that hangs is left behind."""
        work = self._pool.submit(_with_retry, partial(function, *args, **kwargs))
        try:
            async with asyncio.timeout(self._answer_s):
                value = await asyncio.wrap_future(work)
        except TimeoutError:
            self._log(f"no answer for {self._answer_s:g} s")
            raise unavailable("the database did not answer in time") from None
        except (OperationalError, InterfaceError) as error:
            self._log(error)
            raise unavailable("the database did not answer") from None
        self._failing = False
        return value

    def _log(self, reason: object) -> None:
        """Log the first failure after a success."""
        if not self._failing:
            logger.warning("a read failed: %s", reason)
        self._failing = True

    async def stop(self) -> None:
        """End the threads, waiting at most `STOP_TIMEOUT_S` for one that hangs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.wait({asyncio.create_task(asyncio.to_thread(self._end))}, timeout=STOP_TIMEOUT_S)

    def _end(self) -> None:
        self._pool.shutdown()
        for database in self._connections:
            database.close()


def _with_retry(function: Callable[[], T]) -> T:
    """Read a second time when the first read failed at once: its connection may have died since the last one."""
    began = time.monotonic()
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        if time.monotonic() - began > RETRY_WITHIN_S:
            raise
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        raise
