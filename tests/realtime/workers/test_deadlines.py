"""Deadlines are done once, in a transaction, and a failed one does not delay the others."""

import asyncio
from collections.abc import Callable

import pytest
import time_machine
from asgiref.sync import sync_to_async

from realtime.log import Batch, batch
from realtime.models import Deadline
from realtime.process import Process
from realtime.types import LogKey
from realtime.workers import deadlines

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Register a handler that appends an event, and one that fails. Return the data of the first."""
    done: list[object] = []
    monkeypatch.setattr(deadlines, "KINDS", {})

    @deadlines.deadline("note")
    def note(staged: Batch, key: LogKey, data: object) -> None:
        staged.append(key, kind="note.posted", data=data)
        done.append(data)

    @deadlines.deadline("broken soon", retry_ms=5_000)
    @deadlines.deadline("broken")
    def broken(staged: Batch, key: LogKey, data: object) -> None:
        raise RuntimeError("a bug")

    return done


@sync_to_async
def schedule(log: LogKey, kind: str, at: int, count: int = 1) -> None:
    with batch([log]) as staged:
        for n in range(count):
            staged.schedule(log, kind, at, n)


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not fact():  # noqa: ASYNC110 - the clock looks once a second by itself
            await asyncio.sleep(0)


async def test_due_deadline_is_done_once_by_two_processes(
    process: Process, log: LogKey, handlers: list[object]
) -> None:
    await schedule(log, "note", at=1, count=5)
    await asyncio.gather(*(process._run_deadlines() for _ in range(3)))
    assert sorted(map(str, handlers)) == ["0", "1", "2", "3", "4"]
    assert await Deadline.objects.acount() == 0


async def test_deadline_waits_until_it_is_due(process: Process, log: LogKey, handlers: list[object]) -> None:
    await schedule(log, "note", at=2**52)
    await process._run_deadlines()
    assert handlers == []


async def test_kind_without_handler_is_left_to_other_processes(process: Process, log: LogKey) -> None:
    await schedule(log, "another process knows", at=1)
    await process._run_deadlines()
    assert await Deadline.objects.acount() == 1


async def test_failing_handler_does_not_delay_other_deadlines(
    process: Process, log: LogKey, handlers: list[object]
) -> None:
    await schedule(log, "broken", at=1, count=deadlines.DUE_AT_ONCE)
    await schedule(log, "note", at=2)
    await process._run_deadlines()
    await process._run_deadlines()
    await until(lambda: handlers == [0])
    assert await Deadline.objects.filter(kind="broken", at__gt=1).acount() == deadlines.DUE_AT_ONCE


async def test_failed_deadline_is_retried_after_the_time_of_its_kind(process: Process, log: LogKey) -> None:
    with time_machine.travel(1_000_000, tick=False):
        await schedule(log, "broken soon", at=1)
        await schedule(log, "broken", at=1)
        await process._run_deadlines()
        later = {row.kind: row.at async for row in Deadline.objects.all()}
    assert later == {"broken soon": 1_000_005_000, "broken": 1_000_000_000 + deadlines.RETRY_MS}
