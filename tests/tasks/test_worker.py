"""Tests of the queue and of the worker in this process; `test_processes.py` has those with processes."""

import os
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from realtime.log import batch
from tasks import services
from tasks.interface import Status, Task
from tasks.queue import task_enqueue
from tasks.selectors import LATE_S, is_late, queue
from tasks.worker import Worker
from tests.tasks import samples

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    samples.done.clear()


@pytest.fixture
def worker() -> Worker:
    return Worker()


def enqueue(task: Task[..., Any], *args: Any) -> None:
    with batch([]) as staged:
        task_enqueue(staged, task, *args)


def status() -> str:
    return DBTaskResult.objects.values_list("status", flat=True).get()


def lost(worker_ids: list[str]) -> None:
    """Store a task that a worker has claimed and never finished."""
    enqueue(samples.note, "lost")
    row = services.claim(worker_ids[-1])
    assert row
    DBTaskResult.objects.update(worker_ids=worker_ids)


def gone() -> str:
    """Return the id of a worker of this machine whose process has ended."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    host, _, mark = services.worker_id().rsplit(":", 2)
    return f"{host}:{pid}:{mark}"


def test_task_runs_once_and_never_in_the_batch(worker: Worker) -> None:
    with batch([]) as staged:
        task_enqueue(staged, samples.note, "hello")
    assert samples.done == []
    assert worker.work()
    assert not worker.work()
    assert (samples.done, status()) == (["hello"], Status.SUCCESSFUL)


def test_row_is_the_one_that_the_backend_itself_saves() -> None:
    enqueue(samples.note, "one")
    samples.note.enqueue("one")
    ours, theirs = DBTaskResult.objects.order_by("enqueued_at")
    for field in DBTaskResult._meta.concrete_fields:
        if field.name not in {"id", "enqueued_at"}:
            assert getattr(ours, field.name) == getattr(theirs, field.name), field.name


def test_task_is_taken_back_with_the_batch_that_fails(worker: Worker) -> None:
    def write() -> None:
        with batch([]) as staged:
            task_enqueue(staged, samples.note, "never")
            staged.flush()
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        write()
    assert not worker.work()


def test_refused_request_takes_its_task_back(worker: Worker) -> None:
    with batch([]) as staged:
        savepoint = staged.savepoint()
        task_enqueue(staged, samples.note, "refused")
        staged.rollback_to(savepoint)
    assert not worker.work()


def test_urgent_task_runs_first(worker: Worker) -> None:
    enqueue(samples.note, "later")
    enqueue(samples.note_first, "first")
    while worker.work():
        pass
    assert samples.done == ["first", "later"]


def test_failed_task_runs_three_times_with_longer_waits(worker: Worker, caplog: pytest.LogCaptureFixture) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as traveller:
        enqueue(samples.fail, "x")
        for wait_s in services.RETRY_S:
            assert worker.work()
            assert not worker.work()
            traveller.shift(wait_s)
        assert worker.work()
        traveller.shift(timedelta(days=1))
        assert not worker.work()
    row = DBTaskResult.objects.get()
    assert (samples.done, row.status, len(row.worker_ids)) == (["x"] * 3, Status.FAILED, 3)
    assert row.exception_class_path == "builtins.ValueError"
    assert "ValueError: x" in row.traceback
    assert "is given up" in caplog.text


def test_task_of_a_dead_worker_runs_again(worker: Worker) -> None:
    lost([gone()])
    assert worker.work()
    assert (samples.done, status()) == (["lost"], Status.SUCCESSFUL)


def test_task_that_ends_each_worker_is_given_up(worker: Worker) -> None:
    lost([gone(), gone(), gone()])
    assert not worker.work()
    assert (samples.done, status()) == ([], Status.FAILED)


def test_task_of_a_worker_elsewhere_is_lost_after_its_time(worker: Worker) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as traveller:
        lost(["elsewhere:1:abcdef"])
        assert services.release_lost(worker.id) == []
        traveller.shift(services.CLAIM_TIMEOUT_S)
        assert len(services.release_lost(worker.id)) == 1


def test_process_number_used_again_does_not_keep_a_lost_task(worker: Worker) -> None:
    lost([services.worker_id()])
    assert worker.work()


def test_worker_that_was_replaced_does_not_finish_the_task_of_another(worker: Worker) -> None:
    enqueue(samples.note, "x")
    slow = services.claim("elsewhere:1:abcdef")
    assert slow
    services.fail(slow, ValueError())
    services.finish(slow)
    assert status() == Status.READY


def test_look_into_an_empty_queue_takes_no_lock(worker: Worker) -> None:
    worker.work()  # the upkeep
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert not worker.work()
    assert [query["sql"].split()[0] for query in captured.captured_queries] == ["SELECT"]


def test_finished_tasks_are_pruned_after_their_time(worker: Worker) -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as traveller:
        enqueue(samples.note, "x")
        worker.work()
        assert services.prune() == 0
        traveller.shift(services.KEEP_DONE)
        assert services.prune() == 1


def test_queue_tells_how_many_tasks_wait_and_since_when() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as traveller:
        assert queue() == (0, 0.0)
        enqueue(samples.note, "x")
        traveller.shift(7)
        enqueue(samples.note, "y")
        assert queue() == (2, 7.0)


def test_queue_is_late_when_a_task_waits_for_minutes() -> None:
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False) as traveller:
        enqueue(samples.note, "x")
        assert not is_late()
        traveller.shift(LATE_S + 1)
        assert is_late()


def test_queue_elsewhere_gets_the_task_after_the_commit(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    with batch([]) as staged:
        task_enqueue(staged, samples.note, "elsewhere")
        staged.flush()
        assert samples.done == []
    assert samples.done == ["elsewhere"]
