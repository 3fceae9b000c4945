"""Transactions of the writer: repeats are answered first, the other jobs are run in groups of one name."""

import contextlib
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction

from realtime.errors import RealtimeError, unavailable
from realtime.log import Batch, LogEvent, batch, publish
from realtime.log.locks import BlockedLogs
from realtime.methods import Call, CidKey
from realtime.types import LogKey, Signal
from realtime.workers import repeats
from realtime.workers.jobs import Answer, Job, Outcome
from realtime.workers.repeats import Repeatable

logger = logging.getLogger(__name__)

DEADLOCKS: Final = {"40P01", "40001"}
LOCK_TIMEOUT: Final = "55P03"
BLOCKED: Final = "another process holds the room"
RETRY_WITHIN_S: Final = 1.0
"""A batch that failed within this time is tried again. After a longer time it is refused, because others wait."""


@dataclass(slots=True)
class Committed:
    """The outcomes of a batch in the order of its jobs, and its events and signals for readers."""

    outcomes: list[Outcome]
    events: list[LogEvent] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    def extend(self, other: "Committed") -> None:
        self.outcomes += other.outcomes
        self.events += other.events
        self.signals += other.signals


def write(jobs: Sequence[Job], blocked: BlockedLogs | None = None) -> list[Outcome]:
    """Commit jobs outside the writer, publish their events and signals, and return their outcomes."""
    committed = commit(jobs, blocked or BlockedLogs())
    publish(committed.events, committed.signals)
    return committed.outcomes


def commit(jobs: Sequence[Job], blocked: BlockedLogs, tries: int = 3) -> Committed:
    """Commit the jobs as one batch; one that fails is repeated job by job, so that a bad job costs only itself.

    Deadlocks and violated constraints are repeated as a batch first: another process may have committed the same.
    """
    began = time.monotonic()
    try:
        return _commit_unblocked(jobs, blocked)
    except (OperationalError, InterfaceError) as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if tries and (state in DEADLOCKS or (state == LOCK_TIMEOUT and blocked.add_locked(_logs(jobs)))):
            return commit(jobs, blocked, tries - 1)
        connection.close()
        logger.warning("a batch of %d was not written: %s", len(jobs), error)
        failure: Outcome = unavailable(BLOCKED if state == LOCK_TIMEOUT else "the database did not answer")
        if state != LOCK_TIMEOUT and time.monotonic() - began > RETRY_WITHIN_S:
            return Committed([failure] * len(jobs))
    except Exception as error:
        if tries and isinstance(error, IntegrityError):
            return commit(jobs, blocked, tries - 1)
        logger.exception("a batch of %d failed", len(jobs))
        failure = RealtimeError(500, "internal")
    return Committed([failure]) if len(jobs) == 1 else _commit_one_by_one(jobs, blocked)


def _commit_one_by_one(jobs: Sequence[Job], blocked: BlockedLogs) -> Committed:
    """Commit each job in a transaction of its own. When the database does not answer one, refuse the rest."""
    committed = Committed([])
    for job in jobs:
        committed.extend(commit([job], blocked))
        last = committed.outcomes[-1]
        if isinstance(last, RealtimeError) and last.code == 503 and last.detail != BLOCKED:
            committed.outcomes += [last] * (len(jobs) - len(committed.outcomes))
            break
    return committed


def _logs(jobs: Iterable[Job]) -> set[LogKey]:
    return {key for job in jobs for key in job.logs}


def _commit_unblocked(jobs: Sequence[Job], blocked: BlockedLogs) -> Committed:
    """Commit the jobs that need no log whose lock another process holds; refuse the others."""
    if not (keys := blocked.refresh()):
        return _commit(jobs)
    refused = [not keys.isdisjoint(_logs([job])) for job in jobs]
    free = [job for job, late in zip(jobs, refused, strict=True) if not late]
    committed = _commit(free) if free else Committed([])
    outcomes = iter(committed.outcomes)
    committed.outcomes = [unavailable(BLOCKED) if late else next(outcomes) for late in refused]
    return committed


def _commit(jobs: Sequence[Job]) -> Committed:
    with batch(_logs(jobs), announce=False) as staged:
        outcomes = _outcomes(staged, jobs)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    return Committed(outcomes, staged.events, staged.signals + [each for answer in answers for each in answer.signals])


def _outcomes(staged: Batch, jobs: Sequence[Job]) -> list[Outcome]:
    known = repeats.stored_for(jobs)
    first: dict[CidKey, int] = {}
    new: list[tuple[int, Job]] = []
    outcomes: dict[int, Outcome] = {}
    for place, job in enumerate(jobs):
        key = repeats.cid_key(job)
        if key is None or (key not in known and first.setdefault(key, place) == place):
            new.append((place, job))
    for _, group in groupby(new, key=lambda item: item[1].name):
        outcomes |= _run_group(staged, list(group))
    for key, place in first.items():
        known[key] = Repeatable(jobs[place].name, jobs[place].room, outcomes[place])
    return [outcomes[place] if place in outcomes else repeats.repeat(job, known) for place, job in enumerate(jobs)]


def _run_group(staged: Batch, group: Sequence[tuple[int, Job]]) -> dict[int, Outcome]:
    """Run adjacent jobs of one name: one prefetch for all, and one flush, so that the next group reads their rows."""
    calls = [job for _, job in group if isinstance(job, Call)]
    if calls and (prefetch := calls[0].method.prefetch):
        prefetched = prefetch(staged, calls)
        for call in calls:
            call.prefetched = prefetched
    outcomes = {place: _run(staged, job) for place, job in group}
    staged.flush()
    return outcomes


def _run(staged: Batch, job: Job) -> Outcome:
    """Run one job. When it raises, what it has staged is taken back. An error of the database ends the batch."""
    savepoint, staged.method = staged.savepoint(), job.name
    try:
        with _savepoint_of_database(staged, job):
            return _answer(staged, job, job.run(staged), savepoint[0])
    except (DatabaseError, InterfaceError):
        raise
    except RealtimeError as error:
        outcome = error
    except Exception:
        logger.exception("%s failed", job.name)
        outcome = RealtimeError(500, "internal")
    staged.rollback_to(savepoint)
    return outcome


@contextlib.contextmanager
def _savepoint_of_database(staged: Batch, job: Job) -> Iterator[None]:
    """Open a savepoint for a job that may write by itself, which is one without a `prefetch`."""
    if isinstance(job, Call) and job.method.prefetch:
        yield
        return
    with transaction.atomic():
        yield
        staged.flush()


def _answer(staged: Batch, job: Job, returned: Any, first: int) -> Answer:
    """Return the answer. `first` is the index of the first event that the job may have appended."""
    result, signals = returned if isinstance(returned, tuple) else ({}, returned)
    if signals is None or isinstance(signals, LogEvent):
        signals = ()
    if key := job.cid_key:
        event = next(event for event in staged.events[first:] if event.cid == key[0])
        result = repeats.place_of(event.room, event.o, event.t, event.at)
    return Answer(result, tuple(signals))
