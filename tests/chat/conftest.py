"""Fixtures of the tests of chat."""

import pytest

from realtime.types import Caller, LogKey
from tests.actions import room


@pytest.fixture
def key(ana: Caller, ben: Caller) -> LogKey:
    """Return a room whose host is Ana."""
    return room(ana, ben)
