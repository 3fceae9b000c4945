"""A session of its own: the real server, the system's Chromium, and nothing from any other host."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.client import BlockingClient
from tests.services.parlor import Parlor
from tests.system.connection_proxy import ConnectionProxy
from tests.system.person import Person, launch_options

HURRY = json.dumps({"rate": 1000, "burst": 1000, "silent_s": 600})
"""Tests post faster than people, and their guests are silent while a test looks at a browser."""

expect.set_options(timeout=15_000)
NewPerson = Callable[..., Person]
NewGuest = Callable[..., BlockingClient]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    with Parlor(tmp_path_factory.mktemp("parlor"), REALTIME=HURRY) as parlor:
        yield parlor


@pytest.fixture
def server(shared_server: Parlor) -> Iterator[Parlor]:
    """Return the server of the session. Tests use rooms and names of their own."""
    said = len(shared_server.output)
    yield shared_server
    assert "Traceback" not in "".join(shared_server.output[said:])


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Parlor]:
    """Start a server that a test may kill, with the default limits."""
    with Parlor(tmp_path) as parlor:
        yield parlor
        assert "Traceback" not in "".join(parlor.output)


@pytest.fixture
def connection_proxy(server: Parlor) -> Iterator[ConnectionProxy]:
    with ConnectionProxy(server.port) as connection_proxy:
        yield connection_proxy


@pytest.fixture
def person(browser: Browser, server: Parlor) -> Iterator[NewPerson]:
    """Make people with browsers of their own. Afterwards no page may have had an error or used another host."""
    people: list[Person] = []

    def new(url: str = server.url, **options: Any) -> Person:
        people.append(Person(browser, url, **options))
        return people[-1]

    yield new
    for one in people:
        one.context.close()
    assert [trouble for one in people for trouble in one.troubles] == []


@pytest.fixture
def guest(server: Parlor) -> Iterator[NewGuest]:
    guests: list[BlockingClient] = []

    def new(name: str, url: str = server.url) -> BlockingClient:
        guests.append(BlockingClient(url, name))
        return guests[-1]

    yield new
    for one in guests:
        one.leave()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **launch_options()}
