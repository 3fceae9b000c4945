"""Fixtures of the tests of search."""

from collections.abc import Iterator

import pytest
from django.db import connection

from realtime.types import Caller, LogKey
from tests.actions import room


@pytest.fixture
def key(host: Caller, ana: Caller, ben: Caller) -> LogKey:
    return room(host, ana, ben)


@pytest.fixture
def empty_index(transactional_db: None) -> Iterator[None]:
    """Remove the index after a test that commits, because Django's flush knows only models."""
    yield
    from search.storage import index

    index().clear()
    connection.close()
