"""The jobs that the writer takes, and their outcomes."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, ClassVar

from realtime.errors import RealtimeError
from realtime.log import Batch
from realtime.methods import Call
from realtime.types import LogKey, Signal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A job of the process itself. Its savepoint is rolled back when `run` raises."""

    name: str
    run: Callable[[Batch], Any]
    logs: Collection[LogKey] = ()
    cost: ClassVar[int] = 1
    cid_key: ClassVar[None] = None
    room: ClassVar[None] = None


Job = Call | Task
"""Work for one place in the writer's transaction: a client's request, or a task of the process itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a job that was committed."""

    result: Any
    signals: tuple[Signal, ...] = ()
    repeat: bool = False
    """The request was stored before, under the same `cid`: nothing was done."""


Outcome = Answer | RealtimeError
Done = Callable[[Outcome], Any]
"""Receives the outcome of a job, in the event loop."""


class PendingJob:
    """A job that waits for its outcome, and the time on the monotonic clock when it began to wait."""

    __slots__ = ("_done", "job", "since")

    def __init__(self, job: Job, done: Done, since: float) -> None:
        self.job, self.since = job, since
        self._done: Done | None = done

    def answer(self, outcome: Outcome) -> None:
        """Hand over the first outcome and ignore later ones. A failure of the receiver is logged."""
        done, self._done = self._done, None
        if done is None:
            return
        try:
            done(outcome)
        except Exception:
            logger.exception("an outcome could not be handed over")
