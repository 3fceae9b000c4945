"""Fixtures of the tests of search."""

import pytest

from realtime.types import Caller, LogKey
from search.storage import index
from tests.actions import room


@pytest.fixture
def key(host: Caller, ana: Caller, ben: Caller) -> LogKey:
    return room(host, ana, ben)


@pytest.fixture(autouse=True)
def empty_index(request: pytest.FixtureRequest) -> None:
    """Remove what tests that commit have left, because Django's flush knows only models."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db" if "fresh_index" in request.fixturenames else "db")
        index().clear()
