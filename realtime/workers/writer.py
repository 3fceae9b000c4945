"""The writer: one thread that commits the waiting jobs in batches. One batch is in flight.

No job waits longer than `answer_s`: it is refused with 503, also while its batch is being written. The batch may still
be committed then; a client that repeats the request under its `cid` gets the stored answer.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from django.db import connection, connections

from realtime.errors import unavailable
from realtime.limits import Limits
from realtime.log import LogEvent
from realtime.log.locks import BlockedLogs
from realtime.methods import Call
from realtime.metrics import Metrics
from realtime.storage import timeouts
from realtime.types import Signal
from realtime.workers.jobs import Answer, Done, Job, Outcome, PendingJob
from realtime.workers.transaction import BLOCKED, Committed, commit

logger = logging.getLogger(__name__)

STOP_TIMEOUT_S: Final = 2.0
"""Seconds that the thread has to end when the process stops."""
LATE: Final = "the database did not answer in time"

OnCommitted = Callable[[Sequence[LogEvent], Sequence[Signal]], Any]
"""Receives what a batch has committed, in the event loop, before the outcomes are handed over in the same turn."""


class Writer:
    """The part in the event loop: a bounded queue of jobs, and one batch in flight."""

    def __init__(self, limits: Limits, metrics: Metrics, on_committed: OnCommitted) -> None:
        self._limits, self._metrics, self._on_committed = limits, metrics, on_committed
        self._queue: deque[PendingJob] = deque()
        self._in_flight: list[PendingJob] = []
        self._began = 0.0
        self.hanging = False
        """The batch in flight has taken longer than `answer_s`: jobs are refused until it ends."""
        self.failed_at = -1e9
        """The time when the database last refused a batch, on the monotonic clock."""
        self._blocked = BlockedLogs()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "writer", initializer=_shorten_lock_wait)
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.finishing = False
        """Jobs are refused, because the server stops."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="writer")

    async def stop(self) -> None:
        """Write what is queued, then end the thread. A thread that hangs is left behind."""
        await self.finish()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        closed = asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        await asyncio.wait([closed], timeout=STOP_TIMEOUT_S)
        self._thread.shutdown(wait=False)

    @property
    def queued(self) -> int:
        """The number of jobs that wait for the next batch."""
        return len(self._queue)

    async def finish(self) -> None:
        """Refuse new jobs, and write the queued ones for at most `answer_s`."""
        self.finishing = True
        if self._task and not self._task.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), self._limits.answer_s)

    def submit(self, job: Job) -> "asyncio.Future[Outcome]":
        """Return a future of the outcome that `enqueue` hands over."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.enqueue(job, partial(_settle, future))
        return future

    def enqueue(self, job: Job, done: Done) -> None:
        """Call `done(outcome)` after COMMIT, with `unavailable` at once when jobs are refused or after `answer_s`."""
        if reason := self._reason_to_refuse():
            done(unavailable(reason))
            return
        self._queue.append(PendingJob(job, done, time.monotonic()))
        self._idle.clear()
        self._arrived.set()

    def _reason_to_refuse(self) -> str:
        if self.finishing:
            return "the server is leaving"
        if self.hanging:
            return "the database does not answer"
        return "the queue is full" if len(self._queue) >= self._limits.queue else ""

    def refuse_late(self) -> None:
        """Refuse the jobs that have waited for `answer_s`. To be called several times a second."""
        late = time.monotonic() - self._limits.answer_s
        while self._queue and self._queue[0].since <= late:
            self._queue.popleft().answer(unavailable(LATE))
        for pending in self._in_flight:
            if pending.since <= late:
                pending.answer(unavailable(LATE))
        if self._in_flight and self._began <= late and not self.hanging:
            self.hanging = True
            logger.warning("a batch of %d hangs; jobs are refused until it ends", len(self._in_flight))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.sleep(0)  # requests that the loop has read already join the batch
            while self._queue:
                batch = self._in_flight = self._next_batch()
                jobs, self._began = [pending.job for pending in batch], time.monotonic()
                self._count_batch(jobs)
                committed = await loop.run_in_executor(self._thread, commit, jobs, self._blocked)
                self._in_flight, self.hanging = [], False
                self._land(batch, committed)
            self._idle.set()

    def _land(self, batch: Sequence[PendingJob], committed: Committed) -> None:
        """Publish the events and signals, then hand over the outcomes, in one turn of the event loop."""
        try:
            self._on_committed(committed.events, committed.signals)
        except Exception:
            logger.exception("%d events were not published; reconciling will find them", len(committed.events))
        for pending, outcome in zip(batch, committed.outcomes, strict=True):
            self._count_outcome(outcome)
            pending.answer(outcome)

    def _count_batch(self, jobs: Sequence[Job]) -> None:
        first = jobs[0]
        arrived = first.arrived if isinstance(first, Call) else 0.0
        self._metrics.batch(len(jobs), first.cid_key and first.cid_key[0], arrived)

    def _count_outcome(self, outcome: Outcome) -> None:
        if isinstance(outcome, Answer):
            self._metrics.totals.repeats += outcome.repeat
        elif outcome.code == 503 and outcome.detail != BLOCKED:
            self.failed_at = time.monotonic()

    def _next_batch(self) -> list[PendingJob]:
        """Take jobs from the queue up to a total cost: a batch of expensive jobs is short."""
        batch, cost = [self._queue.popleft()], 0
        while self._queue and (cost := cost + batch[-1].job.cost) < self._limits.batch:
            batch.append(self._queue.popleft())
        return batch


def _shorten_lock_wait() -> None:
    """Let the writer's thread wait for a lock for a shorter time than a page does."""
    database: Any = connections["default"]
    database.lock_s = timeouts.WRITER_LOCK_S


def _settle(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)
