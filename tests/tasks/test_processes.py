"""Tests of workers as processes: they are started, killed and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.services.parlor import ROOT, Parlor

TIMEOUT_S = 30
ENQUEUE = """
from realtime.log import batch
from tasks.queue import task_enqueue
from tests.tasks.samples import tell_process_then_sleep
with batch([]) as staged:
    task_enqueue(staged, tell_process_then_sleep, {path!r}, {seconds})
"""
STATUS = "from django_tasks_db.models import DBTaskResult as R; print(R.objects.get().status)"


@pytest.fixture
def parlor(tmp_path: Path) -> Iterator[Parlor]:
    """Yield a migrated Parlor that is not started. When it serves, it has a worker."""
    made = Parlor(tmp_path / "data", serve=[], TASKS_WORKER="true")
    made.manage("migrate", "--verbosity", "0")
    yield made
    made.kill()


@contextmanager
def worker(parlor: Parlor) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=parlor.environment) as process:
        yield process
        process.kill()


def enqueue(parlor: Parlor, path: Path, seconds: float) -> None:
    parlor.manage("shell", "--verbosity", "0", "-c", ENQUEUE.format(path=str(path), seconds=seconds))


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def told(path: Path) -> list[int]:
    """Return the numbers of the processes that have run the task, in order."""
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def workers(parlor: Parlor) -> set[int]:
    """Return the numbers of this site's worker processes."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command, environ = ((process / name).read_bytes() for name in ("cmdline", "environ"))
            if b"\0worker\0" in command and os.fsencode(parlor.environment["PARLOR_DATA"]) in environ:
                found.add(int(process.name))
    return found


def test_task_runs_again_when_its_worker_is_killed(parlor: Parlor, tmp_path: Path) -> None:
    path = tmp_path / "told"
    enqueue(parlor, path, seconds=600)
    with worker(parlor):
        until(lambda: told(path))
    with worker(parlor) as second:
        until(lambda: len(told(path)) == 2)
        until(lambda: "SUCCESSFUL" in parlor.manage("shell", "--verbosity", "0", "-c", STATUS))
        second.terminate()
        assert second.wait(TIMEOUT_S) == 0
    assert told(path)[0] != told(path)[1]


def test_worker_finishes_its_task_before_it_stops(parlor: Parlor, tmp_path: Path) -> None:
    path = tmp_path / "told"
    enqueue(parlor, path, seconds=2)
    with worker(parlor) as only:
        until(lambda: told(path))
        only.terminate()
        assert only.wait(TIMEOUT_S) == 0
    assert "SUCCESSFUL" in parlor.manage("shell", "--verbosity", "0", "-c", STATUS)


def test_server_keeps_one_worker_and_stops_it(parlor: Parlor) -> None:
    parlor.start()
    until(lambda: len(workers(parlor)) == 1)
    [first] = workers(parlor)
    os.kill(first, signal.SIGKILL)
    until(lambda: workers(parlor) - {first})
    assert len(workers(parlor)) == 1
    until(lambda: any(f"worker {first}" in line and "killed by SIGKILL" in line for line in parlor.output))
    parlor.stop()
    assert workers(parlor) == set()


def test_worker_stops_when_its_server_is_killed(parlor: Parlor) -> None:
    parlor.start()
    until(lambda: workers(parlor))
    parlor.kill()
    until(lambda: not workers(parlor))


def test_rolling_restart_replaces_the_worker_and_keeps_one(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    name = f"worker_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = f"{postgres_url.rpartition('/')[0]}/{name}"
    shared = {"DATABASE_URL": url, "REDIS_URL": redis_url, "TASKS_WORKER": "true"}
    with Parlor(tmp_path, serve=["--processes", "2"], **shared) as parlor:
        until(lambda: len(workers(parlor)) == 1)
        [first] = workers(parlor)
        parlor.renew()
        until(lambda: any("all 2 processes are new" in line for line in parlor.output))
        until(lambda: len(workers(parlor)) == 1 and first not in workers(parlor))
        parlor.stop()
        assert workers(parlor) == set()
