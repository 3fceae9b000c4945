"""The probes: alive, ready, what is missing, and what the process does without."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import channel_layers
from django.db import OperationalError

from realtime import health
from realtime.health import Probes
from realtime.lifespan import LifespanMiddleware
from realtime.log import Batch
from realtime.process import Process
from realtime.workers.jobs import Task
from tests.realtime.notes import Latch, NotesApp

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


def hang(gate: Latch, batch: Batch) -> None:
    gate.reached.set()
    assert gate.opened.wait(30)


def full(batch: Batch) -> None:
    raise OperationalError("could not extend file: No space left on device")


FULL = Task("test.full", full)


async def beyond(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"beyond"})


@pytest_asyncio.fixture
async def probes() -> AsyncIterator[Probes]:
    probes = Probes(beyond)
    yield probes
    probes._thread.shutdown()
    probes._disk.shutdown()


async def get(probes: Probes, path: str) -> tuple[int, str]:
    """Ask as a probe does, with a Host that is not allowed for pages."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await probes({"type": "http", "path": path, "method": "GET", "headers": [(b"host", b"10.0.0.1")]}, None, send)
    return sent[0]["status"], sent[1]["body"].decode().strip()


async def test_process_that_answers_is_alive(probes: Probes) -> None:
    assert await get(probes, "/healthz") == (200, "alive")
    assert await get(probes, "/healthz/") == (404, "beyond")


async def test_process_is_ready_with_its_database(probes: Probes) -> None:
    assert await get(probes, "/readyz") == (200, "ready")


async def test_process_is_not_ready_without_its_database(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_check_database", fail)
    assert await get(probes, "/readyz") == (503, "not ready: database")
    assert (await get(probes, "/healthz"))[0] == 200


async def test_database_that_hangs_is_asked_by_one_thread(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    released, asked = threading.Event(), []

    def hang() -> None:
        asked.append(1)
        released.wait(30)

    monkeypatch.setattr(health, "_check_database", hang)
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.05)
    monkeypatch.setattr(health, "CACHE_S", -1)
    for _ in range(3):
        assert await get(probes, "/readyz") == (503, "not ready: database")
    assert len(asked) == 1
    released.set()


async def test_simultaneous_probes_share_one_answer(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(health, "_check_database", lambda: asked.append(1))
    assert set(await asyncio.gather(*(get(probes, "/readyz") for _ in range(50)))) == {(200, "ready")}
    assert len(asked) == 1


async def test_readyz_is_degraded_when_the_work_of_a_companion_is_late(
    probes: Probes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "late_companions", lambda: ["worker"])
    assert await get(probes, "/readyz") == (200, "ready; degraded: worker")


async def test_readyz_is_degraded_when_its_channel_layer_is_away(probes: Probes, settings: Any) -> None:
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}
    settings.CHANNEL_LAYERS = {"default": layer}
    channel_layers.backends.clear()
    assert await get(probes, "/readyz") == (200, "ready; degraded: channel layer")


async def test_process_is_ready_with_redis(probes: Probes, settings: Any, redis_url: str) -> None:
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [redis_url]}}
    settings.CHANNEL_LAYERS = {"default": layer}
    channel_layers.backends.clear()
    assert await get(probes, "/readyz") == (200, "ready")
    await channel_layers["default"].flush()


@pytest_asyncio.fixture
async def serving(process: Process) -> AsyncIterator[Process]:
    """Start the process that the probes ask."""
    Process.running[asyncio.get_running_loop()] = process
    yield process
    del Process.running[asyncio.get_running_loop()]


async def test_readyz_is_ready_when_writes_get_through(probes: Probes, serving: Process) -> None:
    assert await get(probes, "/readyz") == (200, "ready")


async def test_readyz_is_not_ready_when_a_write_hangs(
    probes: Probes, serving: Process, notes: NotesApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe's own write waits in the queue too, so no other request is needed."""
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.2)
    hung = serving.writer.submit(Task("test.hang", partial(hang, notes.gate)))
    await asyncio.to_thread(notes.gate.reached.wait)
    assert await get(probes, "/readyz") == (503, "not ready: writes")
    notes.gate.opened.set()
    await hung


async def test_readyz_is_not_ready_when_the_database_has_refused_a_write(probes: Probes, serving: Process) -> None:
    """A full disk of PostgreSQL: reads go on, and a transaction that changes nothing too."""
    assert (await serving.writer.submit(FULL)).code == 503  # type: ignore[union-attr]
    assert await get(probes, "/readyz") == (503, "not ready: writes")


@pytest.mark.sqlite
async def test_readyz_is_not_ready_when_the_disk_is_full(probes: Probes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "MIN_FREE_BYTES", 2**60)
    assert await get(probes, "/readyz") == (503, "not ready: disk")


async def test_process_is_not_ready_during_a_drain(probes: Probes, process: Process) -> None:
    Process.running[asyncio.get_running_loop()] = process
    process.draining = True
    assert await get(probes, "/readyz") == (503, "not ready: leaving")
    del Process.running[asyncio.get_running_loop()]


async def test_process_that_cannot_start_answers_503_and_starts_later(
    notes: NotesApp, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    def fail(*given: Any) -> None:
        raise OperationalError("gone")

    started = LifespanMiddleware(beyond, notes.backend())
    monkeypatch.setattr("realtime.log.head_of", fail)
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await started({"type": "http", "path": "/"}, None, send)
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"5") in sent[0]["headers"]
    monkeypatch.undo()
    await started({"type": "http", "path": "/"}, None, send)
    assert sent[2]["status"] == 404
    await Process.running.pop(asyncio.get_running_loop()).stop()
