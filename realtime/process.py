"""Composes one event loop: the hub, the writer, the readers and the timers. The first ASGI call starts it."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from random import SystemRandom
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError

from realtime import errors, log, steady_clock
from realtime.errors import Close, RealtimeError
from realtime.hub import logins
from realtime.hub.hub import Hub
from realtime.hub.subscriber import Subscriber
from realtime.limits import limits_of
from realtime.log.event import LogEvent
from realtime.log.permissions import PermissionsChanged
from realtime.methods import Backend
from realtime.metrics import Metrics
from realtime.server import on_drain
from realtime.shared_limits import SharedLimits
from realtime.status import status_of
from realtime.storage import timeouts
from realtime.types import NOBODY, Signal
from realtime.workers import deadlines
from realtime.workers.jobs import Task
from realtime.workers.preprocessing import PreprocessPool
from realtime.workers.readers import Readers
from realtime.workers.writer import Writer

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY_S: Final = 0.25
DEADLINES_EVERY_S: Final = 1.0
SEEN_EVERY_S: Final = 600.0
HOUSEKEEPING_EVERY_S: Final = 1.0
MAX_PAUSE_S: Final = 0.5
STATUS_TIMEOUT_S: Final = 5.0
RETURN_MS: Final = (100, 5000)
"""The range of times within which clients reconnect after a restart, so that they do not all do so at once."""


class Client(Protocol):
    """A connection as its process sees it: `connection.connection.Connection`."""

    subscriber: Subscriber

    def heartbeat(self, now: float) -> None: ...

    def end(self, close: Close) -> None: ...

    def stop(self) -> None: ...


class Process:
    """The real-time part of one event loop."""

    running: "WeakKeyDictionary[asyncio.AbstractEventLoop, Process]" = WeakKeyDictionary()

    def __init__(self, backend: Backend, name: str = "") -> None:
        self.backend = backend
        self.limits = limits = limits_of(settings.REALTIME)
        self.now: Callable[[], float] = time.monotonic
        self.random = SystemRandom()
        self.metrics = Metrics(self.now())
        self.readers = Readers(limits.answer_s)
        self.preprocess_pool = PreprocessPool(limits.answer_s)
        self.shared = SharedLimits(limits, self.preprocess_pool, lambda: self.now())
        self.logins = logins.Logins(backend, self.readers)
        self.hub = Hub(
            name or secrets.token_hex(4),
            limits,
            backend,
            self.readers,
            get_channel_layer(),
            lambda: self.now(),
            self.metrics,
            self.logins.ended,
        )
        self.writer = Writer(limits, self.metrics, self.hub.publish)
        self.seen: set[int] = set()
        """Primary keys of users who have said hello since `tell_seen` last stored them."""
        self._clients: set[Client] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._on_stop: list[Callable[[], None]] = []
        self._starting: asyncio.Task[None] | None = None
        self.draining = self._stopped = False
        self._empty = asyncio.Event()

    @classmethod
    async def of(cls, backend: Backend) -> "Process":
        """Return the process of the running loop, started."""
        loop = asyncio.get_running_loop()
        if loop not in cls.running:
            cls.running[loop] = cls(backend)
        process = cls.running[loop]
        await process.start()
        return process

    async def start(self) -> None:
        """Start once; after a failure try again."""
        if self._starting is None or (self._starting.done() and not self._tasks):
            self._starting = asyncio.create_task(self._start())
        await asyncio.shield(self._starting)

    async def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        timeouts.answer_s = self.limits.answer_s
        await self._continue_clock()
        await self.hub.start()
        listener = partial(_publish_from_thread, self._loop, self.hub.publish)
        self._on_stop = [log.listen(listener), on_drain(self.drain)]
        self.writer.start()
        self.preprocess_pool.start(self.backend.start)
        timers = (
            (self._heartbeat, HEARTBEAT_EVERY_S),
            (self._every_second, 1.0),
            (self.hub.reconcile, self.limits.sweep_s),
            (self._run_deadlines, DEADLINES_EVERY_S),
            (self.tell_seen, SEEN_EVERY_S),
            (self.check_logins, logins.CHECK_EVERY_S),
            (self._keep_house, HOUSEKEEPING_EVERY_S),
        )
        self._tasks = [asyncio.create_task(_every(seconds, work), name=work.__name__) for work, seconds in timers]

    async def _continue_clock(self) -> None:
        """Start the clock no earlier than the newest event, if the time of that can be read."""
        try:
            steady_clock.STEADY.continue_after(await self.readers.run(log.newest_at))
        except (RealtimeError, DatabaseError) as error:
            logger.warning("the time of the newest event is not known: %s", error)

    async def drain(self) -> None:
        """Refuse new requests, answer those that wait, tell clients when to come back, then stop."""
        self.draining = True
        await self.writer.finish()
        await asyncio.sleep(0)  # the answers are sent before `session.bye`
        if not self._clients:
            self._empty.set()
        for client in list(self._clients):
            self._send_away(client)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), self.limits.drain_s)
        await self.stop()

    async def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        for client in list(self._clients):
            client.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.writer.stop()
        for unregister in self._on_stop:
            unregister()
        await self.hub.stop()
        self.preprocess_pool.stop()
        await self.readers.stop()
        timeouts.answer_s = None

    # Clients

    def enter(self, client: Client) -> None:
        self._clients.add(client)
        if self.draining:
            self._send_away(client)

    def leave(self, client: Client) -> None:
        self._clients.discard(client)
        self.hub.rooms.unregister(client.subscriber)
        if self.draining and not self._clients:
            self._empty.set()

    def _send_away(self, client: Client) -> None:
        client.end(errors.draining(self.random.randrange(*RETURN_MS)))

    @property
    def subscribers(self) -> list[Subscriber]:
        return [client.subscriber for client in self._clients]

    def status(self) -> dict[str, Any]:
        """Return the state of this process. Call it in a reader's thread; the loop answers within a turn."""
        status = asyncio.run_coroutine_threadsafe(self._status(), self._loop)
        try:
            return status.result(STATUS_TIMEOUT_S)
        except TimeoutError:
            raise errors.unavailable("the server is busy") from None

    async def _status(self) -> dict[str, Any]:
        return status_of(self.hub, self.metrics, self.subscribers, self.writer.queued, self.now())

    # Timers

    async def _heartbeat(self) -> None:
        now = self.now()
        self.writer.refuse_late()
        for client in list(self._clients):
            try:
                client.heartbeat(now)
            except Exception:
                logger.exception("a connection failed")
                client.end(errors.FAILED)

    async def _every_second(self) -> None:
        now = self.now()
        self.hub.signals.every_second(now)
        repaired = sum(self.hub.feed.repaired.values())
        self.metrics.every_second(now, connections=len(self._clients), queued=self.writer.queued, repaired=repaired)
        self.shared.evict(self.hub.rooms.of_user)

    async def tell_seen(self) -> None:
        """Tell the app who is connected, and who was since the last time."""
        seen = (self.seen | {each.caller.pk for each in self.subscribers}) - {NOBODY.pk}
        store = self.backend.users_seen
        task = Task("users.seen", lambda batch: store(sorted(seen), batch.now))
        if seen and not isinstance(await self.writer.submit(task), RealtimeError):
            self.seen -= seen

    async def check_logins(self) -> None:
        async for user in self.logins.changed(self.subscribers):
            self.hub.recheck(PermissionsChanged(user=user))

    async def _keep_house(self) -> None:
        """Run the housekeeping of the apps in steps. Between two steps others get as much time as one has taken."""
        for find_work in self.backend.housekeeping:
            began = self.now()
            while work := await self.readers.run(find_work):
                outcome = await self.writer.submit(Task("housekeeping", work))
                if isinstance(outcome, RealtimeError):
                    raise outcome
                await asyncio.sleep(min(self.now() - began, MAX_PAUSE_S))
                began = self.now()

    async def _run_deadlines(self) -> None:
        """Run the deadlines that are due, page by page. One that gets 503 is due again in the next call.

        One whose handler failed is postponed by the `retry_ms` of its kind.
        """
        full = True
        while full:
            due = await self.readers.run(deadlines.due)
            outcomes = await asyncio.gather(*(self.writer.submit(job) for job in due))
            failed = [outcome for outcome in outcomes if isinstance(outcome, RealtimeError)]
            for job, outcome in zip(due, outcomes, strict=True):
                if isinstance(outcome, RealtimeError) and outcome.code != 503:
                    await self.writer.submit(job.postponement)
            full = len(due) == deadlines.DUE_AT_ONCE and not failed


def _publish_from_thread(
    loop: asyncio.AbstractEventLoop,
    publish: log.Listener,
    events: Sequence[LogEvent],
    signals: Sequence[Signal],
) -> None:
    """Pass on what a thread has committed to the hub, which lives in the loop. A loop that has ended takes nothing."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(publish, events, signals)


async def _every(seconds: float, work: Callable[[], Any]) -> None:
    """Repeat the work. An error ends only one turn. `RealtimeError`s one after the other are logged once."""
    logged = False
    while True:
        try:
            await work()
            logged = False
        except RealtimeError as error:
            if not logged:
                logger.warning("%s: %s", getattr(work, "__name__", work), error.detail)
            logged = True
        except Exception:
            logger.exception("%s failed", getattr(work, "__name__", work))
        await asyncio.sleep(seconds)
