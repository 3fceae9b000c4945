"""Builds broken on purpose, to show that the checker would see it. The product stays as it is: a server process that
runs with `tests.chaos.canary_settings` patches itself by the name in PARLOR_CANARY.

`python -m tests.chaos.canary` prepares the database of such a build.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django
from django.apps import AppConfig

ANSWERED_EARLY_S = 0.05


def nothing() -> None:
    pass


@dataclass(frozen=True)
class Canary:
    """`kind` is the anomaly it must cause; `database` the site where it can."""

    kind: str
    database: str
    apply: Callable[[], None]
    prepare: Callable[[], None] = nothing
    kills: int = 0


class CanaryConfig(AppConfig):
    name = "tests.chaos"
    label = "canary"

    def ready(self) -> None:
        chosen().apply()


def ack_before_commit() -> None:
    """The answer goes out while the transaction is open, and the commit comes a little later."""
    from realtime.workers import transaction, writer

    asked: dict[int, tuple[asyncio.AbstractEventLoop, Callable[[Any], None]]] = {}
    put, outcomes_of = writer.Writer.enqueue, transaction._outcomes

    def put_and_keep(self: writer.Writer, call: Any, done: Callable[[Any], Any]) -> None:
        once = first_only(done)
        asked[id(call)] = asyncio.get_running_loop(), once
        put(self, call, once)

    def answer_early(staged: Any, calls: Sequence[Any]) -> list[Any]:
        outcomes = outcomes_of(staged, calls)
        for call, outcome in zip(calls, outcomes, strict=True):
            if waits := asked.pop(id(call), None):
                loop, once = waits
                loop.call_soon_threadsafe(once, outcome)
        time.sleep(ANSWERED_EARLY_S)
        return outcomes

    patch(writer.Writer, "enqueue", put_and_keep)
    patch(transaction, "_outcomes", answer_early)


def first_only(done: Callable[[Any], Any]) -> Callable[[Any], None]:
    told: list[Any] = []

    def once(outcome: Any) -> None:
        if not told:
            told.append(outcome)
            done(outcome)

    return once


def dedupe_off() -> None:
    """A repeated `cid` is a new request."""
    from realtime.workers import repeats

    patch(repeats, "cid_key", lambda job: None)


def uniqueness_off() -> None:
    from django.db import connection

    from realtime.models import Event

    constraints = Event._meta.constraints
    dropped = next(constraint for constraint in constraints if "cid" in getattr(constraint, "fields", ()))
    Event._meta.constraints = [constraint for constraint in constraints if constraint is not dropped]
    with connection.schema_editor() as editor:  # SQLite makes the table anew, from what Meta says now
        editor.remove_constraint(Event, dropped)


def sweep_off() -> None:
    """No word reaches the other process, and nobody looks."""
    from realtime.hub import bus, hub

    async def no_sweep(self: hub.Hub) -> None:
        pass

    patch(hub.Hub, "sweep", no_sweep)
    patch(bus.Bus, "ring", lambda self, bell: None)


def patch(owner: Any, name: str, replacement: Any) -> None:
    """Only what is there: a canary of a name that moved would sing for ever."""
    getattr(owner, name)
    setattr(owner, name, replacement)


CANARIES = {
    "ack-before-commit": Canary("lost", "sqlite", ack_before_commit, kills=3),
    "dedupe-off": Canary("dup_log", "sqlite", dedupe_off, uniqueness_off),
    "sweep-off": Canary("unobserved", "postgres", sweep_off),
}


def chosen() -> Canary:
    return CANARIES[os.environ["PARLOR_CANARY"]]


if __name__ == "__main__":
    django.setup()
    chosen().prepare()
