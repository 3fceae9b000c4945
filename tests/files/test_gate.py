"""The gate that bounds how many uploads run at once."""

import asyncio
from typing import Any

import pytest

from files.gate import RELEASE, SLOTS, UploadGate

UPLOAD = {"type": "http", "method": "PATCH", "path": "/files/x"}


class Application:
    """Counts the requests that run, and keeps them until they may end."""

    def __init__(self) -> None:
        self.running = self.most = self.ended = 0
        self.may_end = asyncio.Event()
        self.releases: list[Any] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        self.releases.append(scope.get(RELEASE))
        await self.may_end.wait()
        self.running -= 1
        self.ended += 1


async def turns() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def started(gate: UploadGate, count: int, **scope: str) -> "list[asyncio.Task[None]]":
    tasks = [asyncio.create_task(gate({**UPLOAD, **scope}, None, None)) for _ in range(count)]  # type: ignore[arg-type]
    await turns()
    return tasks


@pytest.mark.asyncio
async def test_gate_lets_few_uploads_run_and_all_end() -> None:
    application = Application()
    tasks = await started(UploadGate(application), 20)
    assert application.running == SLOTS
    application.may_end.set()
    await asyncio.gather(*tasks)
    assert (application.most, application.ended) == (SLOTS, 20)


@pytest.mark.asyncio
async def test_gate_lets_others_pass() -> None:
    application = Application()
    gate = UploadGate(application)
    tasks = [*await started(gate, 3, method="GET"), *await started(gate, 3, path="/enter/", method="POST")]
    assert application.running == 6
    application.may_end.set()
    await asyncio.gather(*tasks)


@pytest.mark.asyncio
async def test_slot_that_is_released_early_is_released_once() -> None:
    application = Application()
    tasks = await started(UploadGate(application), 20)
    for release in list(application.releases):
        await asyncio.to_thread(release)
        await asyncio.to_thread(release)
    await turns()
    assert application.running == 2 * SLOTS
    application.may_end.set()
    await asyncio.gather(*tasks)
    assert application.ended == 20


@pytest.mark.asyncio
async def test_slot_of_a_request_that_fails_is_free_again() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError

    gate = UploadGate(fails)
    tasks = await started(gate, 3 * SLOTS)
    assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == [ValueError] * 3 * SLOTS
