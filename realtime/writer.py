"""The writer: one thread that puts what is waiting into one transaction. One batch in flight; no timer.

Repeated `cid`s are answered first; the rest is cut into runs of one method. A function refuses or stages, never both.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from realtime.limits import Limits
from realtime.log import Batch, batch
from realtime.meters import Meters
from realtime.methods import Call, Signal
from realtime.models import Event
from realtime.prepared import prepared
from realtime.protocol import LogKey, RealtimeError, unavailable, unprocessable

logger = logging.getLogger(__name__)

CidKey = tuple[str, str]
DEADLOCKS = {"40P01", "40001"}


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


class Writer:
    """The event loop's side: a bounded queue, and one batch in flight."""

    def __init__(self, limits: Limits, meters: Meters) -> None:
        self._limits, self._meters = limits, meters
        self._waiting: deque[tuple[Call, Done]] = deque()
        self._arrived = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "writer")
        self._task: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.finishing = False
        """takes nothing more: the server is leaving"""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="writer")

    async def stop(self) -> None:
        """Finish, then end."""
        await self.finish()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: connection.close())
        self._thread.shutdown()

    @property
    def queued(self) -> int:
        """Requests that wait for the next batch."""
        return len(self._waiting)

    async def finish(self) -> None:
        """Refuse what comes, write what is waiting."""
        self.finishing = True
        if self._task and not self._task.done():
            await self._idle.wait()

    def submit(self, call: Call) -> "asyncio.Future[Outcome]":
        """The outcome, as `put` tells it."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.put(call, partial(_settle, future))
        return future

    def put(self, call: Call, done: Done) -> None:
        """`done(outcome)` after COMMIT; at once with `unavailable` when nothing more is taken."""
        if self.finishing or len(self._waiting) >= self._limits.queue:
            done(unavailable("the server is leaving" if self.finishing else "the queue is full"))
            return
        self._waiting.append((call, done))
        self._idle.clear()
        self._arrived.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                taken = self._take()
                first = taken[0][0]
                self._meters.batch(len(taken), getattr(first.params, "cid", None), first.arrived)
                outcomes = await loop.run_in_executor(self._thread, write, [call for call, _ in taken])
                for (_, done), outcome in zip(taken, outcomes, strict=True):
                    self._meters.totals.repeats += isinstance(outcome, Answer) and outcome.repeat
                    _tell(done, outcome)
            self._idle.set()

    def _take(self) -> list[tuple[Call, Done]]:
        """What the next batch is made of, by weight: a batch of dear requests is a short one."""
        taken, weight = [self._waiting.popleft()], 0
        while self._waiting and (weight := weight + taken[-1][0].method.cost) < self._limits.batch:
            taken.append(self._waiting.popleft())
        return taken


def _settle(future: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)


def _tell(done: Done, outcome: Outcome) -> None:
    """Whoever cannot hear it keeps nobody else from hearing."""
    try:
        done(outcome)
    except Exception:
        logger.exception("an outcome was not heard")


def write(calls: Sequence[Call], tries: int = 3) -> list[Outcome]:
    """The outcome of each call, committed. A failing batch is replayed one by one: a bad request costs only itself."""
    try:
        return _write(calls)
    except (OperationalError, InterfaceError) as error:
        if tries and _deadlocked(error):
            return write(calls, tries - 1)
        connection.close()
        logger.warning("a batch of %d was not written: %s", len(calls), error)
        failure: Outcome = unavailable("the database did not answer")
    except IntegrityError:
        if tries:  # another process committed the same `cid` or row meanwhile: now it is seen
            return write(calls, tries - 1)
        logger.exception("a batch of %d was refused by the database", len(calls))
        failure = RealtimeError(500, "internal")
    except DatabaseError:
        logger.exception("a batch of %d was refused by the database", len(calls))
        failure = RealtimeError(500, "internal")
    except Exception:
        logger.exception("a batch of %d failed", len(calls))
        failure = RealtimeError(500, "internal")
    return [failure] if len(calls) == 1 else _one_by_one(calls)


def _one_by_one(calls: Sequence[Call]) -> list[Outcome]:
    """Each in a transaction of its own; where the database does not answer even one, nobody waits for the rest."""
    outcomes: list[Outcome] = []
    for call in calls:
        outcomes += write([call])
        if isinstance(outcomes[-1], RealtimeError) and outcomes[-1].code == 503:
            return outcomes + [outcomes[-1]] * (len(calls) - len(outcomes))
    return outcomes


def _deadlocked(error: Exception) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCKS


def _write(calls: Sequence[Call]) -> list[Outcome]:
    keys = {key for call in calls for key in call.method.logs(call.params)}
    with batch(keys) as staged:
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
        (cid, actor): (method, room, _stored(room, o, at))
        for cid, actor, method, room, o, at in _under({cid for cid, _ in keys})
        if (cid, actor) in keys
    }


@prepared
def _under(cids: Collection[str]) -> "QuerySet[Event, Any]":
    rows = Event.objects.filter(cid__in=cids)
    return rows.values_list("cid", "actor", "method", "log__key", "offset", "at")


def _stored(room: str, o: int, at: int) -> Answer:
    return Answer({"room": room, "o": o, "at": at})


def _again(call: Call, done: dict[CidKey, tuple[str, LogKey, Outcome]]) -> Outcome:
    """The stored answer of a repeat; bodies are not compared, method and room are."""
    method, room, outcome = done[(call.params.cid, call.caller.id)]
    if method != call.method.name or getattr(call.params, "room", room) != room:
        return unprocessable("cid_reused", "this cid was used for something else")
    return Answer(outcome.result, repeat=True) if isinstance(outcome, Answer) else outcome


def _perform(staged: Batch, run: Sequence[tuple[int, Call]]) -> dict[int, Outcome]:
    """Consecutive requests of one method: one `load`, one flush, so that the next run reads what this one wrote."""
    load = run[0][1].method.load
    loaded = load(staged, [call for _, call in run]) if load else None
    outcomes: dict[int, Outcome] = {}
    for place, call in run:
        call.loaded = loaded
        outcomes[place] = _one(staged, call)
    staged.flush()
    return outcomes


def _one(staged: Batch, call: Call) -> Outcome:
    mark = staged.mark()
    try:
        with _guard(staged, call):
            return _answer(staged, call, call.method.function(staged, call), mark[0])
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
    """A method without `load` may write by itself: a savepoint takes it back when it refuses."""
    if call.method.load:
        yield
        return
    with transaction.atomic():
        yield
        staged.flush()


def _answer(staged: Batch, call: Call, returned: Any, since: int) -> Answer:
    result, signals = returned if isinstance(returned, tuple) else ({}, returned or ())
    if call.method.durable:
        entry = next(entry for entry in staged.entries[since:] if entry.cid == call.params.cid)
        result = _stored(entry.room, entry.o, entry.at).result
    return Answer(result, tuple(signals))
