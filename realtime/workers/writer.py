"""The writer: one thread that puts what is waiting into one transaction. One batch in flight.

Repeated `cid`s are answered first; the rest is cut into runs of one method. A function refuses or stages, never both.
No request waits longer than `answer_s`: it is refused with 503, also while its batch is being written. The batch may
still be committed then; whoever repeats the request under its `cid` gets to know.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.db.models import QuerySet

from realtime.errors import RealtimeError, unavailable, unprocessable
from realtime.limits import Limits
from realtime.log import Batch, LogEvent, batch
from realtime.log.locks import HeldLogs
from realtime.methods import Call
from realtime.metrics import Metrics
from realtime.models import Event
from realtime.storage import timeouts
from realtime.storage.prepared import prepared
from realtime.types import LogKey, Signal

logger = logging.getLogger(__name__)

CidKey = tuple[str, str]
DEADLOCKS = {"40P01", "40001"}
LOCK_TIMEOUT = "55P03"
HELD: Final = "another process holds the room"
QUICK_S: Final = 1.0
"""A batch that failed within this time is tried again; what has taken longer is refused, for others wait."""
LEAVE_S: Final = 2.0
"""seconds the thread has to end when the process stops"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to after the commit: its result, and signals for the hub."""

    result: Any
    signals: tuple[Signal, ...] = ()
    repeat: bool = False
    """stored before: nothing was done"""


Outcome = Answer | RealtimeError
Done = Callable[[Outcome], Any]
"""hears of an outcome, in the event loop"""


class Request:
    """A call that waits for its outcome, and since when on the monotonic clock."""

    __slots__ = ("call", "done", "since")

    def __init__(self, call: Call, done: Done, since: float) -> None:
        self.call, self.since = call, since
        self.done: Done | None = done

    def answer(self, outcome: Outcome) -> None:
        """Once. Whoever cannot hear it keeps nobody else from hearing."""
        done, self.done = self.done, None
        if done is None:
            return
        try:
            done(outcome)
        except Exception:
            logger.exception("an outcome was not heard")


class Writer:
    """The event loop's side: a bounded queue, and one batch in flight."""

    def __init__(self, limits: Limits, meters: Metrics) -> None:
        self._limits, self._meters = limits, meters
        self._waiting: deque[Request] = deque()
        self._writing: list[Request] = []
        self._began = 0.0
        self.stuck = False
        """The batch in flight has taken longer than `answer_s`: nothing is taken until it ends."""
        self.failed_at = -1e9
        """when a batch was last refused by the database, on the monotonic clock"""
        self._held = HeldLogs()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "writer", initializer=_wait_briefly)
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.finishing = False
        """takes nothing more: the server is leaving"""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="writer")

    async def stop(self) -> None:
        """Finish, then end. A thread that hangs is left behind."""
        await self.finish()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        closed = asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        await asyncio.wait([closed], timeout=LEAVE_S)
        self._thread.shutdown(wait=False)

    @property
    def queued(self) -> int:
        """Requests that wait for the next batch."""
        return len(self._waiting)

    async def finish(self) -> None:
        """Refuse what comes, write what is waiting, as long as it may wait."""
        self.finishing = True
        if self._task and not self._task.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), self._limits.answer_s)

    def submit(self, call: Call) -> "asyncio.Future[Outcome]":
        """The outcome, as `put` tells it."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.put(call, partial(_settle, future))
        return future

    def put(self, call: Call, done: Done) -> None:
        """`done(outcome)` after COMMIT. `unavailable` at once when nothing is taken, or after a wait of `answer_s`."""
        if refusal := self._refusal():
            done(unavailable(refusal))
            return
        self._waiting.append(Request(call, done, time.monotonic()))
        self._idle.clear()
        self._arrived.set()

    def _refusal(self) -> str:
        if self.finishing:
            return "the server is leaving"
        if self.stuck:
            return "the database does not answer"
        return "the queue is full" if len(self._waiting) >= self._limits.queue else ""

    def tick(self) -> None:
        """Several times a second: refuse what has waited for `answer_s`."""
        late = time.monotonic() - self._limits.answer_s
        while self._waiting and self._waiting[0].since <= late:
            self._waiting.popleft().answer(unavailable("the database did not answer in time"))
        for request in self._writing:
            if request.since <= late:
                request.answer(unavailable("the database did not answer in time"))
        if self._writing and self._began <= late and not self.stuck:
            self.stuck = True
            logger.warning("a batch of %d hangs; what comes is refused until it ends", len(self._writing))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                taken = self._writing = self._take()
                calls, self._began = [request.call for request in taken], time.monotonic()
                self._meters.batch(len(taken), getattr(calls[0].params, "cid", None), calls[0].arrived)
                outcomes = await loop.run_in_executor(self._thread, write, calls, self._held)
                self._writing, self.stuck = [], False
                for request, outcome in zip(taken, outcomes, strict=True):
                    self._count(outcome)
                    request.answer(outcome)
            self._idle.set()

    def _count(self, outcome: Outcome) -> None:
        if isinstance(outcome, Answer):
            self._meters.totals.repeats += outcome.repeat
        elif outcome.code == 503 and outcome.detail != HELD:
            self.failed_at = time.monotonic()

    def _take(self) -> list[Request]:
        """What the next batch is made of, by weight: a batch of dear requests is a short one."""
        taken, weight = [self._waiting.popleft()], 0
        while self._waiting and (weight := weight + taken[-1].call.method.cost) < self._limits.batch:
            taken.append(self._waiting.popleft())
        return taken


def _wait_briefly() -> None:
    """Let the writer's thread wait less for a lock than a page does."""
    database: Any = connections["default"]
    database.lock_s = timeouts.WRITER_LOCK_S


def _settle(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def write(calls: Sequence[Call], held: HeldLogs | None = None, tries: int = 3) -> list[Outcome]:
    """The outcome of each call, committed. A failing batch is replayed one by one: a bad request costs only itself."""
    held = held or HeldLogs()
    began = time.monotonic()
    try:
        return _write_free(calls, held)
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if tries and (state in DEADLOCKS or (state == LOCK_TIMEOUT and held.find(_logs(calls)))):
            return write(calls, held, tries - 1)
        connection.close()
        logger.warning("a batch of %d was not written: %s", len(calls), error)
        failure: Outcome = unavailable(HELD if state == LOCK_TIMEOUT else "the database did not answer")
        if state != LOCK_TIMEOUT and time.monotonic() - began > QUICK_S:
            return [failure] * len(calls)
    except IntegrityError:
        if tries:  # another process committed the same `cid` or row meanwhile: now it is seen
            return write(calls, held, tries - 1)
        logger.exception("a batch of %d was refused by the database", len(calls))
        failure = RealtimeError(500, "internal")
    except DatabaseError:
        logger.exception("a batch of %d was refused by the database", len(calls))
        failure = RealtimeError(500, "internal")
    except Exception:
        logger.exception("a batch of %d failed", len(calls))
        failure = RealtimeError(500, "internal")
    return [failure] if len(calls) == 1 else _one_by_one(calls, held)


def _one_by_one(calls: Sequence[Call], held: HeldLogs) -> list[Outcome]:
    """Each in a transaction of its own; where the database does not answer even one, nobody waits for the rest."""
    outcomes: list[Outcome] = []
    for call in calls:
        outcomes += write([call], held)
        last = outcomes[-1]
        if isinstance(last, RealtimeError) and last.code == 503 and last.detail != HELD:
            return outcomes + [last] * (len(calls) - len(outcomes))
    return outcomes


def _logs(calls: Iterable[Call]) -> set[LogKey]:
    return {key for call in calls for key in call.method.logs(call.params)}


def _write_free(calls: Sequence[Call], held: HeldLogs) -> list[Outcome]:
    """Write what needs no log that another process holds; refuse the rest."""
    if not (keys := held.still()):
        return _write(calls)
    refused = [not keys.isdisjoint(_logs([call])) for call in calls]
    free = [call for call, late in zip(calls, refused, strict=True) if not late]
    outcomes = iter(_write(free) if free else [])
    return [unavailable(HELD) if late else next(outcomes) for late in refused]


def _write(calls: Sequence[Call]) -> list[Outcome]:
    with batch(_logs(calls)) as staged:
        return _outcomes(staged, calls)


def _outcomes(staged: Batch, calls: Sequence[Call]) -> list[Outcome]:
    done: dict[CidKey, tuple[str, LogKey, Outcome]] = _repeated(calls)
    fresh: list[tuple[int, Call]] = []
    outcomes: dict[int, Outcome] = {}
    first: dict[CidKey, int] = {}
    for place, call in enumerate(calls):
        key = _cid_key(call)
        if key is None or (key not in done and key not in first):
            fresh.append((place, call))
        if key is not None and key not in done:
            first.setdefault(key, place)
    for _, run in groupby(fresh, key=lambda item: item[1].method.name):
        outcomes |= _perform(staged, list(run))
    for key, place in first.items():
        done[key] = (calls[place].method.name, getattr(calls[place].params, "room", LogKey("")), outcomes[place])
    return [outcomes[place] if place in outcomes else _again(call, done) for place, call in enumerate(calls)]


def _cid_key(call: Call) -> CidKey | None:
    return (call.params.cid, call.caller.id) if call.method.durable else None


def _repeated(calls: Sequence[Call]) -> dict[CidKey, tuple[str, LogKey, Outcome]]:
    """What earlier transactions stored under the `cid`s of these calls."""
    keys = {key for call in calls if (key := _cid_key(call))}
    if not keys:
        return {}
    return {
        (cid, actor): (method, room, _stored(room, o, tag, at))
        for cid, actor, method, room, o, tag, at in _under({cid for cid, _ in keys})
        if (cid, actor) in keys
    }


@prepared
def _under(cids: Collection[str]) -> "QuerySet[Event, Any]":
    rows = Event.objects.filter(cid__in=cids)
    return rows.values_list("cid", "actor", "method", "log__key", "offset", "tag", "at")


def _stored(room: str, o: int, tag: int, at: int) -> Answer:
    return Answer({"room": room, "o": o, "t": tag, "at": at})


def _again(call: Call, done: dict[CidKey, tuple[str, LogKey, Outcome]]) -> Outcome:
    """The stored answer of a repeat; bodies are not compared, method and room are."""
    method, room, outcome = done[(call.params.cid, call.caller.id)]
    if method != call.method.name or getattr(call.params, "room", room) != room:
        return unprocessable("cid_reused", "this cid was used for something else")
    return Answer(outcome.result, repeat=True) if isinstance(outcome, Answer) else outcome


def _perform(staged: Batch, run: Sequence[tuple[int, Call]]) -> dict[int, Outcome]:
    """Consecutive requests of one method: one `prefetch`, one flush, so that the next run reads what this one wrote."""
    prefetch = run[0][1].method.prefetch
    prefetched = prefetch(staged, [call for _, call in run]) if prefetch else None
    outcomes: dict[int, Outcome] = {}
    for place, call in run:
        call.prefetched = prefetched
        outcomes[place] = _one(staged, call)
    staged.flush()
    return outcomes


def _one(staged: Batch, call: Call) -> Outcome:
    mark, staged.method = staged.mark(), call.method.name
    try:
        with _guard(staged, call):
            return _answer(staged, call, call.run(staged), mark[0])
    except (DatabaseError, InterfaceError):
        raise
    except RealtimeError as refusal:
        outcome = refusal
    except Exception:
        logger.exception("%s failed", call.method.name)
        outcome = RealtimeError(500, "internal")
    staged.rewind(mark)
    return outcome


@contextlib.contextmanager
def _guard(staged: Batch, call: Call) -> Iterator[None]:
    """A method without `prefetch` may write by itself: a savepoint takes it back when it refuses."""
    if call.method.prefetch:
        yield
        return
    with transaction.atomic():
        yield
        staged.flush()


def _answer(staged: Batch, call: Call, returned: Any, since: int) -> Answer:
    result, signals = returned if isinstance(returned, tuple) else ({}, returned)
    if signals is None or isinstance(signals, LogEvent):
        signals = ()
    if call.method.durable:
        entry = next(entry for entry in staged.entries[since:] if entry.cid == call.params.cid)
        result = _stored(entry.room, entry.o, entry.t, entry.at).result
    return Answer(result, tuple(signals))
