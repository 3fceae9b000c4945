"""Tasks in the background of an event loop."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from realtime.errors import RealtimeError

logger = logging.getLogger(__name__)


class BackgroundTasks:
    """Keeps tasks until they end. An error in one of them is logged and ends only that task."""

    def __init__(self, owner: str) -> None:
        """`owner` is named in the log."""
        self._owner = owner
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(self._logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        for task in list(self._tasks):
            task.cancel()

    async def finish(self) -> None:
        """Wait until the tasks that run now have ended, cancelled ones included."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except RealtimeError as error:
            logger.warning("%s could not read: %s", self._owner, error.detail)
        except Exception:
            logger.exception("%s failed", self._owner)
