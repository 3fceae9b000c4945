"""Fixtures of all tests: services and a database for the session, people, the clock, connections."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import hypothesis
import pytest
import pytest_asyncio
import time_machine
from asgiref.sync import SyncToAsync
from channels.layers import channel_layers
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from chat.models import Message, Room
from realtime.log import now_ms
from realtime.models import Event, Log
from realtime.steady_clock import SteadyClock
from realtime.types import Caller, LogKey
from tests.actions import guest
from tests.client import Client
from tests.client.in_process import HIGH_RATES, ChannelsWire, login
from tests.people import Tab, person
from tests.services.postgres import binaries, postgres
from tests.services.redis import redis_server
from tests.services.tools import missing

# A shell starts background commands with SIGINT ignored, and child processes would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The speed of examples depends on what else the machine does, so it is no reason to fail.
ANY_SPEED: Final[dict[str, Any]] = {"suppress_health_check": [hypothesis.HealthCheck.too_slow], "deadline": None}
hypothesis.settings.register_profile("parlor", max_examples=50, **ANY_SPEED)
hypothesis.settings.register_profile("long", max_examples=1000, **ANY_SPEED)
hypothesis.settings.load_profile("parlor")  # `make chaos` has --hypothesis-profile=long


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Yield the URL of the redis-server of `make test`, or of a new one."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    if missing(["redis"]):
        pytest.skip("no redis-server: apt install redis-server")
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Yield the URL of the PostgreSQL of `make test`, or of a new one; its user may create databases."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    if not binaries():
        pytest.skip("no PostgreSQL: apt install postgresql")
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Close the connections of the thread of `sync_to_async`: PostgreSQL drops no database that is in use."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture(autouse=True)
def fresh_channel_layer() -> Iterator[None]:
    """Forget the channel layers after each test, which Channels keeps for the process."""
    yield
    channel_layers.backends.clear()


class WallClock(SteadyClock):
    """Follow the wall clock in both directions, for tests that travel in time."""

    def now_ms(self) -> int:
        return self._wall() // 1_000_000


@pytest.fixture(autouse=True)
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the steady clock, which never goes back. Tests about it make one of their own."""
    monkeypatch.setattr("realtime.steady_clock.STEADY", WallClock())


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """Forget the failed passwords that one test has tried."""
    yield
    cache.clear()


def asks_database(item: pytest.Item) -> bool:
    names = {*getattr(item, "fixturenames", ()), *(mark.name for mark in item.iter_markers())}
    return not names.isdisjoint({"db", "transactional_db", "django_db", "postgres_url", "postgresql"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of the other database; on PostgreSQL also those that ask none and ran on SQLite."""
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        selected = [item for item in items if not item.get_closest_marker("postgresql")]
    else:
        selected = [item for item in items if not item.get_closest_marker("sqlite") and asks_database(item)]
    kept = set(selected)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = selected


@pytest_asyncio.fixture
async def application(transactional_db: None) -> AsyncIterator[Any]:
    """Yield `config.asgi.application`; its process ends with the test."""
    from config.asgi import application
    from realtime.process import Process

    yield application
    if process := Process.running.pop(asyncio.get_running_loop(), None):
        await process.stop()


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    """Stop the clock; `time.shift(seconds)` moves it."""
    with time_machine.travel(now_ms() / 1000, tick=False) as traveller:
        yield traveller


@pytest.fixture
def host(db: None) -> Caller:
    return guest("Host")


@pytest.fixture
def ana(db: None) -> Caller:
    return guest("Ana")


@pytest.fixture
def ann(db: None) -> Caller:
    return guest("Ann")


@pytest.fixture
def ben(db: None) -> Caller:
    return guest("Ben")


@pytest.fixture
def bo(db: None) -> Caller:
    return guest("Bo")


@pytest.fixture
def cy(db: None) -> Caller:
    return guest("Cy")


@pytest.fixture
def grown() -> Callable[[LogKey, int], None]:
    """Make a room's history this many lines long, past the writer: rows as it would have left them."""

    def grow(key: LogKey, lines: int) -> None:
        log = Log.objects.get(key=key)
        author = Room.objects.get(log=log).created_by
        assert author is not None
        places = [(log.head + n, log.lines + n) for n in range(1, lines - log.lines + 1)]
        said = {"log": log, "data": '{"text":"old"}', "at": 1}
        Event.objects.bulk_create(
            (
                Event(offset=o, lines=n, tag=o, kind="message.posted", actor=author.key, cid=f"grown-{key}-{o}", **said)
                for o, n in places
            ),
            batch_size=500,
        )
        Message.objects.bulk_create(
            (Message(offset=o, lines=n, touched=o, kind="text", author=author, **said) for o, n in places),
            batch_size=500,
        )
        log.head, log.lines = places[-1] if places else (log.head, log.lines)
        log.save()

    return grow


@pytest_asyncio.fixture
async def tab(application: Any, settings: Any) -> AsyncIterator[Tab]:
    """Return `open_tab`: `await tab("Mei")` connects the person of this name and says hello.

    Tabs go through the real application. Rates are high enough not to matter. `client.user` is the person's wire id.
    """
    settings.REALTIME = HIGH_RATES
    opened: list[Client] = []

    async def open_tab(name: str) -> Client:
        wire = ChannelsWire(application, await login(await person(name)))
        assert await wire.connect()
        client = Client(wire)
        opened.append(client)
        client.user = (await client.hello())["user"]["id"]
        return client

    yield open_tab
    for client in opened:
        await client.wire.close()
