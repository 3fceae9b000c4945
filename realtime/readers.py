"""The reader pool: a few threads with a database connection each, for what must not wait behind the writer."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection, connections

from realtime.protocol import unavailable

logger = logging.getLogger(__name__)

A = ParamSpec("A")
T = TypeVar("T")


class Readers:
    """Runs plain functions that read, and pure ones that would hold the event loop up."""

    def __init__(self, threads: int = 4, *, name: str = "reader") -> None:
        self._connections: list[Any] = []
        self._pool = ThreadPoolExecutor(threads, name, initializer=self._enter)

    def _enter(self) -> None:
        database = connections["default"]
        database.inc_thread_sharing()
        self._connections.append(database)

    async def run(self, function: Callable[A, T], *args: A.args, **kwargs: A.kwargs) -> T:
        """The function's value, or `unavailable` when the database did not answer twice."""
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(_twice, partial(function, *args, **kwargs))
        )

    def stop(self) -> None:
        self._pool.shutdown()
        for database in self._connections:
            database.close()


def _twice(function: Callable[[], T]) -> T:
    """A read may be repeated: the first failure may be a connection that died since it was last used."""
    try:
        return function()
    except (OperationalError, InterfaceError):
        connection.close()
    try:
        return function()
    except (OperationalError, InterfaceError) as error:
        connection.close()
        logger.warning("a read failed: %s", error)
        raise unavailable("the database did not answer") from None
