"""Computes what a request needs before the writer takes it: a pool of its own, measured in CPU seconds."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from realtime.errors import too_fast, unavailable
from realtime.limits import TokenBucket

T = TypeVar("T")

THREADS: Final = 2


class _Elsewhere(threading.local):
    seconds = 0.0


_elsewhere = _Elsewhere()


def spent(seconds: float) -> None:
    """Add CPU seconds that another process has spent for what this thread prepares."""
    _elsewhere.seconds += seconds


class PreprocessPool:
    """Runs pure functions apart from the readers, so that no text delays a hello, a page or a ban."""

    def __init__(self, answer_s: float) -> None:
        self.answer_s = answer_s
        """seconds until nobody waits any more"""
        self._pool = ThreadPoolExecutor(THREADS, "preparer")

    async def run(self, function: Callable[[Any], T], params: Any) -> tuple[T | Exception, float]:
        """Return the value, or what was raised, and the CPU seconds it took."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _measured, function, params)

    def start(self, function: Callable[[], None]) -> None:
        """Run what later requests need; nobody waits for it."""
        self._pool.submit(function)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class CpuBudget:
    """The CPU time that a user's requests may take before the writer, over all connections; one request at a time."""

    def __init__(self, preparers: PreprocessPool, bucket: TokenBucket, now: Callable[[], float]) -> None:
        self._preparers, self._bucket, self._now = preparers, bucket, now
        self._lock = asyncio.Lock()

    async def run(self, function: Callable[[Any], T], params: Any) -> T:
        """Return the value; 429 while earlier requests have cost more than there is, 503 where it takes too long."""
        try:
            async with asyncio.timeout(self._preparers.answer_s), self._lock:
                if wait := self._bucket.take(self._now(), 0):
                    raise too_fast(wait)
                value = await asyncio.shield(asyncio.ensure_future(self._charged(function, params)))
        except TimeoutError:
            raise unavailable("the message could not be prepared in time") from None
        if isinstance(value, Exception):
            raise value
        return value

    async def _charged(self, function: Callable[[Any], T], params: Any) -> T | Exception:
        """Also where nobody waits for the value any more."""
        value, seconds = await self._preparers.run(function, params)
        self._bucket.spend(self._now(), seconds)
        return value


def _measured(function: Callable[[Any], T], params: Any) -> tuple[T | Exception, float]:
    began, _elsewhere.seconds = time.thread_time(), 0.0
    try:
        value: T | Exception = function(params)
    except Exception as error:
        value = error
    return value, time.thread_time() - began + _elsewhere.seconds
