"""Change the rows of tasks: claim, finish, run again, prune. Each function is one short transaction."""

import os
import socket
from datetime import timedelta
from traceback import format_exception
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from realtime.log import key_new
from tasks.interface import Status
from tasks.selectors import TaskRow, running

MAX_ATTEMPTS: Final = 3
RETRY_S: Final = (10, 60)
"""The waits before the second and the third attempt of a task that raised."""
CLAIM_TIMEOUT_S: Final = 120.0
"""A claim of a worker that cannot be asked is lost after this time."""
KEEP_DONE: Final = timedelta(hours=1)
KEEP_FAILED: Final = timedelta(days=7)
PRUNED_AT_ONCE: Final = 200


class Lost(Exception):
    """The worker ended in the middle of the task, as often as a task is tried."""


def worker_id() -> str:
    """Return an id with the machine and the process, by which `worker_gone` can tell whether the worker lives."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{key_new(6)}"


def claim(worker: str) -> TaskRow | None:
    """Mark the next task as running and return it. Other workers skip it."""
    with transaction.atomic():
        row = DBTaskResult.objects.ready().get_locked()
        if row:
            row.claim(worker)
    return row


def finish(row: TaskRow) -> None:
    """Mark a task as successful, unless another worker has taken it over."""
    _end(row, status=Status.SUCCESSFUL)


def fail(row: TaskRow, error: BaseException) -> bool:
    """Make a task that raised wait for its next attempt, or mark it as failed. Return whether it will run again."""
    attempts = len(row.worker_ids)
    if attempts < MAX_ATTEMPTS:
        again_at = timezone.now() + timedelta(seconds=RETRY_S[attempts - 1])
        _end(row, status=Status.READY, run_after=again_at, finished_at=None)
        return True
    path = f"{type(error).__module__}.{type(error).__qualname__}"
    _end(row, status=Status.FAILED, exception_class_path=path, traceback="".join(format_exception(error)))
    return False


def _end(row: TaskRow, **changes: Any) -> None:
    values = {"finished_at": timezone.now()} | changes
    DBTaskResult.objects.filter(pk=row.pk, status=Status.RUNNING, started_at=row.started_at).update(**values)


def release_lost(worker: str) -> list[TaskRow]:
    """Let the tasks of workers that have ended run again, and return them. One that was tried often enough has failed.

    `worker` is the id of the worker that asks.
    """
    late = timezone.now() - timedelta(seconds=CLAIM_TIMEOUT_S)
    lost = [
        row
        for row in running(limit=100)
        if (row.started_at or late) <= late or worker_gone(row.worker_ids[-1], asking=worker)
    ]
    for row in lost:
        if len(row.worker_ids) < MAX_ATTEMPTS:
            _end(row, status=Status.READY, finished_at=None)
        else:
            _end(row, status=Status.FAILED, exception_class_path=f"{Lost.__module__}.Lost", traceback=f"{Lost.__doc__}")
    return lost


def worker_gone(worker: str, *, asking: str) -> bool:
    """Return whether the worker was a process of this machine that has ended.

    In a container that is started again a process often has the number of one before. The ids tell them apart.
    """
    host, pid, _ = worker.rsplit(":", 2)
    if host != asking.rsplit(":", 2)[0] or worker == asking:
        return False
    return int(pid) == os.getpid() or not _alive(int(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def prune() -> int:
    """Delete some finished tasks that nobody asks for any more, and return their number."""
    now = timezone.now()
    done = DBTaskResult.objects.filter(status=Status.SUCCESSFUL, finished_at__lte=now - KEEP_DONE)
    failed = DBTaskResult.objects.filter(status=Status.FAILED, finished_at__lte=now - KEEP_FAILED)
    old = list((done | failed).order_by().values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    return DBTaskResult.objects.filter(pk__in=old).delete()[0] if old else 0
