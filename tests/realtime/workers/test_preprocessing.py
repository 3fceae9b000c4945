"""Texts are computed before the writer: apart from the readers, one at a time of a user, charged in CPU seconds."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from accounts.models import User
from realtime.errors import RealtimeError
from realtime.limits import TokenBucket
from realtime.process import Process
from realtime.types import LogKey
from realtime.workers.preprocessing import THREADS, CpuBudget, PreprocessPool, add_cpu
from tests.client import cid
from tests.realtime.conftest import START, Open

pytestmark = [pytest.mark.asyncio]

People = Callable[[str], Awaitable[User]]


@pytest_asyncio.fixture
async def preparers() -> AsyncIterator[PreprocessPool]:
    preparers = PreprocessPool(30)
    yield preparers
    preparers.stop()


def budget(preparers: PreprocessPool) -> tuple[CpuBudget, TokenBucket]:
    bucket = TokenBucket(0.05, 1, 0)
    return CpuBudget(preparers, bucket, lambda: 0.0), bucket


async def test_budget_charges_what_was_spent_here_and_elsewhere(preparers: PreprocessPool) -> None:
    mine, bucket = budget(preparers)

    def dear(params: str) -> str:
        add_cpu(1.5)
        return params.upper()

    assert await mine.run(dear, "a") == "A"
    assert bucket.take(0, 0) >= 10_000
    with pytest.raises(RealtimeError, match="too_fast") as refused:
        await mine.run(dear, "b")
    assert refused.value.more["retry_after_ms"] >= 10_000


async def test_budget_charges_what_fails(preparers: PreprocessPool) -> None:
    mine, bucket = budget(preparers)

    def failing(params: str) -> str:
        add_cpu(1.5)
        raise RealtimeError(422, "empty")

    with pytest.raises(RealtimeError, match="empty"):
        await mine.run(failing, "a")
    assert bucket.take(0, 0) >= 10_000


async def test_budget_charges_what_nobody_waits_for_any_more(preparers: PreprocessPool) -> None:
    mine, bucket = budget(preparers)
    begun, go_on = threading.Event(), threading.Event()

    def dear(params: str) -> str:
        begun.set()
        assert go_on.wait(30)
        add_cpu(1.5)
        return params

    asking = asyncio.ensure_future(mine.run(dear, "a"))
    await asyncio.to_thread(begun.wait, 30)
    asking.cancel()
    await asyncio.wait([asking])
    go_on.set()
    async with asyncio.timeout(5):
        while not bucket.take(0, 0):  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)


async def test_budget_waits_so_long_and_charges_the_rest() -> None:
    slow, go_on = PreprocessPool(0.001), threading.Event()
    mine, bucket = budget(slow)

    def dear(params: str) -> None:
        assert go_on.wait(30)
        add_cpu(1.5)

    with pytest.raises(RealtimeError, match="unavailable"):
        await mine.run(dear, "a")
    go_on.set()
    async with asyncio.timeout(5):
        while not bucket.take(0, 0):  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    slow.stop()


async def test_budget_takes_one_request_at_a_time(preparers: PreprocessPool) -> None:
    mine, _ = budget(preparers)
    inside: list[str] = []
    most: list[int] = []

    def noted(params: str) -> None:
        inside.append(params)
        most.append(len(inside))
        inside.remove(params)

    await asyncio.gather(*(mine.run(noted, str(n)) for n in range(20)))
    assert most == [1] * 20


@pytest.mark.django_db(transaction=True)
async def test_hellos_and_pages_wait_for_no_text(
    tab: Open, log: LogKey, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    methods: Any = process.backend.methods
    place = methods["note.place"]

    def waits(text: str) -> str:
        assert place.cheap(text) or go_on.wait(30)
        return text

    monkeypatch.setitem(methods, "note.place", replace(place, preprocess=("text", waits)))
    tabs = [await tab(f"Mei {n}") for n in range(THREADS + 2)]
    asked = [await each.ask("note.place", room=log, cid=cid(), text="heavy") for each in tabs]
    jonas = await tab("Jonas", position=START)
    assert await jonas.request("hand.read", room=log)
    assert (await jonas.request("note.place", room=log, cid=cid(), text="light"))["o"] == 1
    go_on.set()
    assert [(await each.response(id))["o"] for each, id in zip(tabs, asked, strict=True)]
