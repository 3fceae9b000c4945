"""The worker: takes one task after the other. django-tasks-db's own worker is not used.

That one takes SQLite's write lock at each look into an empty queue, so posts would wait for it. It also leaves the
task of a killed worker running forever, and tries no task twice. This one looks without a lock, claims with one, and
lets lost and failed tasks run again, `MAX_ATTEMPTS` times in all.
"""

import logging
import os
import socket
import time
from contextlib import suppress
from threading import Thread
from typing import Final

from django.db import DatabaseError, InterfaceError, connections

from realtime.server.processes.supervisor import HEARTBEAT_S
from tasks import services
from tasks.selectors import TaskRow, any_ready

logger = logging.getLogger(__name__)

POLL_S: Final = 0.5
"""The interval of looks into an empty queue."""
PAUSE_S: Final = 0.02
"""The pause after each task on SQLite, where posts and tasks share one write lock."""
TASK_TIMEOUT_S: Final = 60.0
"""A task that takes longer is lost, together with the worker, and runs again."""
UPKEEP_S: Final = 15.0
"""The interval at which lost tasks are looked for and finished ones are pruned."""
MAX_WAIT_S: Final = 30.0


class Worker:
    """`run` takes tasks until `stop`; a task that has begun is finished first. `lifeline` is the parent's socket."""

    def __init__(self, lifeline: socket.socket | None = None) -> None:
        self.id = services.worker_id()
        self.stopping = False
        self._lifeline = lifeline
        self._task_began: float | None = None
        self._upkeep_at = 0.0

    def stop(self, *_: object) -> None:
        self.stopping = True

    def run(self) -> None:
        Thread(target=self._watch, daemon=True).start()
        failures = 0
        while not self.stopping:
            try:
                busy = self.work()
                failures = 0
            except (DatabaseError, InterfaceError) as error:
                busy, failures = False, failures + 1
                if failures == 1:
                    logger.warning("the worker waits for the database: %s", error)
                connections.close_all()
            if not busy and not self.stopping:
                time.sleep(min(POLL_S * 2**failures, MAX_WAIT_S))

    def work(self) -> bool:
        """Run the next task, if any. Return whether another one may be waiting."""
        self._upkeep()
        row = services.claim(self.id) if any_ready() else None
        if row:
            self._run_task(row)
            time.sleep(PAUSE_S if connections["default"].vendor == "sqlite" else 0)
        return row is not None

    def _run_task(self, row: TaskRow) -> None:
        self._task_began = time.monotonic()
        try:
            row.task.call(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        except Exception as error:
            connections.close_all()  # a connection may be broken, or in a transaction
            again = services.fail(row, error)
            logger.exception("task %s failed%s", row.task_path, ", and will run again" if again else " and is given up")
        else:
            services.finish(row)
        finally:
            self._task_began = None

    def _upkeep(self) -> None:
        if time.monotonic() >= self._upkeep_at:
            self._upkeep_at = time.monotonic() + UPKEEP_S
            for row in services.release_lost(self.id):
                logger.warning("task %s was lost with worker %s", row.task_path, row.worker_ids[-1])
            services.prune()

    def _watch(self) -> None:
        """Tell the parent that this process lives, stop when the parent is gone, and end a task that hangs."""
        beat_at = 0.0
        while True:
            if self._lifeline and time.monotonic() >= beat_at:
                beat_at = time.monotonic() + HEARTBEAT_S
                with suppress(OSError):
                    self._lifeline.send(b".", socket.MSG_DONTWAIT)
            if self._parent_gone():
                self.stop()
            began = self._task_began
            if began is not None and time.monotonic() - began > TASK_TIMEOUT_S:
                logger.error("a task has taken %g s; the worker ends, and the task will run again", TASK_TIMEOUT_S)
                os._exit(70)
            time.sleep(POLL_S)

    def _parent_gone(self) -> bool:
        if self._lifeline is None:
            return False
        try:
            return self._lifeline.recv(1, socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
