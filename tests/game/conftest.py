"""A room with people in it, and their matches."""

import pytest

from game.services import tables
from realtime.types import Caller, LogKey
from tests.actions import room


@pytest.fixture(autouse=True)
def no_bots(monkeypatch: pytest.MonkeyPatch) -> list[tuple[LogKey, int]]:
    """Record the questions to bots instead of asking them. A test that needs an answer asks the bot itself."""
    asked: list[tuple[LogKey, int]] = []
    monkeypatch.setattr(tables, "_bot_turns", [lambda room, match: asked.append((room, match))])
    return asked


@pytest.fixture
def key(ann: Caller, bo: Caller, cy: Caller) -> LogKey:
    return room(ann, bo, cy)
