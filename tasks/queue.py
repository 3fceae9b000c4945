"""Put tasks into the queue. A task is a function of a module under `@task()`; its arguments are JSON.

    @task()
    def thumbnail_make(key: str) -> None: ...

    task_enqueue(batch, thumbnail_make, file.key)

A task runs at least once, in the worker and never in the batch. It may run twice, also at the same time, and may find
that what it is about has changed or is gone: it checks, and repeating it changes nothing. It ends within
`worker.TASK_TIMEOUT_S`, and writes in short transactions, because the writer of posts waits for them on SQLite.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks_db import DatabaseBackend
from django_tasks_db.models import DBTaskResult, get_date_max

from realtime.log import Batch
from tasks.interface import Task, task_backends


def in_database() -> bool:
    """Return whether the queue is in our database, where our worker finds it."""
    return isinstance(task_backends["default"], DatabaseBackend)


def task_enqueue(batch: Batch, task: Task[..., Any], *args: Any) -> None:
    """Stage the row of a task with the other rows of the batch. Another queue gets the task after the commit."""
    backend = task.get_backend()
    if isinstance(backend, DatabaseBackend):
        batch.insert(_row(task, args))
    else:
        enqueue: Callable[[], object] = partial(task.enqueue, *args)
        transaction.on_commit(enqueue, robust=True)


def _row(task: Task[..., Any], args: tuple[Any, ...]) -> DBTaskResult[..., Any]:
    """Return the row that `DatabaseBackend.enqueue` would save."""
    return DBTaskResult(
        enqueued_at=timezone.now(),
        args_kwargs={"args": list(args), "kwargs": {}},
        priority=task.priority,
        task_path=task.module_path,
        queue_name=task.queue_name,
        run_after=task.run_after or get_date_max(),
        backend_name=task.backend,
        exception_class_path="",
        traceback="",
    )
