"""A session of its own: the real server, the system's Chromium, and nothing from any other host."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services.parlor import Parlor
from tests.services.tools import chromium


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """One for the session: tests take rooms of their own."""
    with Parlor(tmp_path_factory.mktemp("parlor")) as parlor:
        yield parlor


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Parlor]:
    """One that a test may kill."""
    with Parlor(tmp_path) as parlor:
        yield parlor


@pytest.fixture(scope="session")
def base_url(server: Parlor) -> str:
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium's sandbox refuses root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}
