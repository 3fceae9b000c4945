"""Mutants: servers that are broken on purpose, to show that the checker finds it.

A server process with the settings `tests.chaos.mutant_settings` patches itself by the name in PARLOR_MUTANT.
`python -m tests.chaos.mutants` prepares the database of a mutant.
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
class Mutant:
    """A broken server: `kind` is the anomaly it must cause, `database` the site on which it can."""

    kind: str
    database: str
    apply: Callable[[], None]
    prepare: Callable[[], None] = nothing
    kills: int = 0


class MutantConfig(AppConfig):
    name = "tests.chaos"
    label = "mutant"

    def ready(self) -> None:
        chosen().apply()


def ack_before_commit() -> None:
    """Send the answer while the transaction is open, and commit a little later."""
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
    """Treat a repeated `cid` as a new request."""
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


def reconcile_off() -> None:
    """Publish nothing on the bus, and never compare heads with the database."""
    from realtime.hub import bus, hub

    async def no_reconcile(self: hub.Hub) -> None:
        pass

    patch(hub.Hub, "reconcile", no_reconcile)
    patch(bus.Bus, "publish", lambda self, message: None)


def last_reaction_unwritten() -> None:
    """Leave out the last change of the reactions in each group, as a write that is lost would."""
    from chat.services import reactions

    write = reactions._reactions_write
    patch(reactions, "_reactions_write", lambda staged, changed: write(staged, changed[:-1]))


def replies_unlinked() -> None:
    """Store replies as if they answered nothing; their events still say what they answer."""
    from chat.services import messages

    insert = messages.message_row_insert

    def insert_unlinked(batch: Any, *, original: Any = None, **given: Any) -> None:
        insert(batch, **given)

    patch(messages, "message_row_insert", insert_unlinked)


def patch(owner: Any, name: str, replacement: Any) -> None:
    """Replace an attribute that exists. A mutant of an old name would change nothing."""
    getattr(owner, name)
    setattr(owner, name, replacement)


MUTANTS = {
    "ack-before-commit": Mutant("lost", "sqlite", ack_before_commit, kills=3),
    "dedupe-off": Mutant("dup_log", "sqlite", dedupe_off, uniqueness_off),
    "replies-unlinked": Mutant("dangling", "sqlite", replies_unlinked),
    "reconcile-off": Mutant("unobserved", "postgres", reconcile_off),
    "last-reaction-unwritten": Mutant("reaction_lost", "sqlite", last_reaction_unwritten),
}


def chosen() -> Mutant:
    return MUTANTS[os.environ["PARLOR_MUTANT"]]


if __name__ == "__main__":
    django.setup()
    chosen().prepare()
