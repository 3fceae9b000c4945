"""The pool that preprocesses requests before the writer takes them, and the CPU time that each user has for it."""

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


class _OtherProcesses(threading.local):
    cpu_s = 0.0


_other_processes = _OtherProcesses()


def add_cpu(seconds: float) -> None:
    """Add CPU seconds that another process has spent on the call under way in this thread."""
    _other_processes.cpu_s += seconds


class PreprocessPool:
    """Runs pure functions in threads of their own, so that no text delays a hello, a page or a ban."""

    def __init__(self, answer_s: float) -> None:
        self.answer_s = answer_s
        """Seconds until a request is refused."""
        self._pool = ThreadPoolExecutor(THREADS, "preprocess")

    async def run(self, function: Callable[[Any], T], params: Any) -> tuple[T | Exception, float]:
        """Return the value, or the exception that was raised, and the CPU seconds that it took."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _measured, function, params)

    def start(self, function: Callable[[], None]) -> None:
        """Run a function that later requests need, without waiting for it."""
        self._pool.submit(function)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


class CpuBudget:
    """The CPU time of one user for preprocessing, over all connections. One request runs at a time."""

    def __init__(self, pool: PreprocessPool, bucket: TokenBucket, now: Callable[[], float]) -> None:
        self._pool, self._bucket, self._now = pool, bucket, now
        self._lock = asyncio.Lock()

    async def run(self, function: Callable[[Any], T], params: Any) -> T:
        """Return the value. Raise 429 while earlier requests have overdrawn the budget, and 503 after `answer_s`."""
        try:
            async with asyncio.timeout(self._pool.answer_s), self._lock:
                if wait := self._bucket.take(self._now(), 0):
                    raise too_fast(wait)
                value = await asyncio.shield(asyncio.ensure_future(self._charged(function, params)))
        except TimeoutError:
            raise unavailable("the message could not be prepared in time") from None
        if isinstance(value, Exception):
            raise value
        return value

    async def _charged(self, function: Callable[[Any], T], params: Any) -> T | Exception:
        """Charge the CPU time, also of a request that was refused because it took too long."""
        value, seconds = await self._pool.run(function, params)
        self._bucket.spend(self._now(), seconds)
        return value


def _measured(function: Callable[[Any], T], params: Any) -> tuple[T | Exception, float]:
    began, _other_processes.cpu_s = time.thread_time(), 0.0
    try:
        value: T | Exception = function(params)
    except Exception as error:
        value = error
    return value, time.thread_time() - began + _other_processes.cpu_s
