"""Deadlines: work to be done at a time, by the first process that finds it due.

An app registers the handler of a kind, `deadline("chat.purge")(function)`; the function is called as
`function(batch, key, data)` with the log locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from realtime.log import SITE, Batch, now_ms
from realtime.models import Deadline
from realtime.types import LogKey
from realtime.workers.jobs import Task

Handler = Callable[[Batch, LogKey, Any], None]

DUE_AT_ONCE: Final = 64
"""The number of due deadlines that one query reads."""
RETRY_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class DeadlineKind:
    """The registration of one kind of deadline.

    `revokes` locks the `site` log too, as `Batch.revoke` needs. A deadline whose handler failed is due again after
    `retry_ms`, so that it does not hold up the others.
    """

    handler: Handler
    revokes: bool = False
    retry_ms: int = RETRY_MS


KINDS: Final[dict[str, DeadlineKind]] = {}


def deadline(kind: str, *, revokes: bool = False, retry_ms: int = RETRY_MS) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of deadline. Raise `ValueError` for a second one."""

    def register(handler: Handler) -> Handler:
        if kind in KINDS:
            raise ValueError(f"{kind} is registered already")
        KINDS[kind] = DeadlineKind(handler, revokes, retry_ms)
        return handler

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDeadline(Task):
    """The job that deletes the row of a deadline and calls its handler, in one transaction."""

    postponement: Task
    """The job that makes it due later, for a handler that failed."""


def due() -> list[DueDeadline]:
    """Return jobs for the deadlines that are due now and have a handler in this process."""
    rows = Deadline.objects.filter(at__lte=now_ms(), kind__in=KINDS).order_by("at").select_related("log")
    return [_due(row, LogKey(row.log.key), KINDS[row.kind]) for row in rows[:DUE_AT_ONCE]]


def _due(row: Deadline, key: LogKey, kind: DeadlineKind) -> DueDeadline:
    postponement = Task("deadline.postpone", partial(_postpone, row, kind), [key])
    logs = [key, SITE] if kind.revokes else [key]
    return DueDeadline(name="deadline.claim", run=partial(_claim, row, key, kind), logs=logs, postponement=postponement)


def _claim(row: Deadline, key: LogKey, kind: DeadlineKind, batch: Batch) -> None:
    if Deadline.objects.filter(pk=row.pk).delete()[0]:  # another process may have been first
        kind.handler(batch, key, msgspec.json.decode(row.data))


def _postpone(row: Deadline, kind: DeadlineKind, batch: Batch) -> None:
    Deadline.objects.filter(pk=row.pk).update(at=batch.now + kind.retry_ms)
