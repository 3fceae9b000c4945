"""The state of the queue, for the worker, the health check and administrators. Every query is bounded."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tasks.interface import Status

LATE_S: Final = 120.0
TaskRow = DBTaskResult[..., Any]
COUNTED: Final = 1000
"""Waiting tasks are counted up to this number."""


class Queue(NamedTuple):
    """The tasks that could run now: their number, at most `COUNTED`, and the age of the oldest one."""

    waiting: int
    oldest_s: float


def queue() -> Queue:
    waiting = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", flat=True)
    found: list[datetime] = list(waiting[:COUNTED])
    return Queue(len(found), (timezone.now() - found[0]).total_seconds() if found else 0.0)


def is_late() -> bool:
    """Return whether a task waits so long that no worker may be running."""
    return queue().oldest_s > LATE_S


def any_ready() -> bool:
    """Return whether a task could run now. It takes no lock, so it may be asked often."""
    return DBTaskResult.objects.ready().exists()


def running(limit: int) -> list[TaskRow]:
    return list(DBTaskResult.objects.filter(status=Status.RUNNING).order_by("started_at")[:limit])
