"""The reader pool: a few threads with a database connection each, for what must not wait behind the writer."""

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

QUICK_S: Final = 1.0
"""A read that failed within this time is repeated: its connection had died before. After a longer wait it is not."""
LEAVE_S: Final = 2.0
"""seconds the threads have to end when the process stops"""

A = ParamSpec("A")
T = TypeVar("T")


class Readers:
    """Runs plain functions that read, and pure ones that would hold the event loop up."""

    def __init__(self, answer_s: float, threads: int = 4, *, name: str = "reader") -> None:
        self._answer_s = answer_s
        self._connections: list[Any] = []
        self._silent = False
        """has said that reads fail"""
        self._pool = ThreadPoolExecutor(threads, name, initializer=self._enter)

    def _enter(self) -> None:
        database = connections["default"]
        database.inc_thread_sharing()
        self._connections.append(database)

    async def run(self, function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T:
        """The function's value, or `unavailable` when there is none in time. A thread that hangs is left behind."""
        work = self._pool.submit(_twice, partial(function, *args, **kwargs))
        try:
            async with asyncio.timeout(self._answer_s):
                value = await asyncio.wrap_future(work)
        except TimeoutError:
            self._say(f"no answer for {self._answer_s:g} s")
            raise unavailable("the database did not answer in time") from None
        except (OperationalError, InterfaceError) as error:
            self._say(error)
            raise unavailable("the database did not answer") from None
        self._silent = False
        return value

    def _say(self, reason: object) -> None:
        """Once, until a read succeeds again."""
        if not self._silent:
            logger.warning("a read failed: %s", reason)
        self._silent = True

    async def stop(self) -> None:
        """End the threads. Nobody waits long for one that hangs."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        await asyncio.wait({asyncio.create_task(asyncio.to_thread(self._end))}, timeout=LEAVE_S)

    def _end(self) -> None:
        self._pool.shutdown()
        for database in self._connections:
            database.close()


def _twice(function: Callable[[], T]) -> T:
    """A read may be repeated: the first failure may be a connection that died since it was last used."""
    began = time.monotonic()
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        if time.monotonic() - began > QUICK_S:
            raise
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
        raise
