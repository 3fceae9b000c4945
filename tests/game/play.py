"""Matches in tests: made, played and looked at, without a wire."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from game.models import Match
from realtime.errors import RealtimeError
from realtime.types import Caller, LogKey
from tests.actions import act, ask

WON = [0, 1, 0, 1, 0, 1, 0]
"""The first player gets four in the first column by these columns."""


def made(caller: Caller, key: LogKey, bot: str | None = None) -> int:
    """Create a match with its maker in a seat, and return its offset."""
    o: int = act(caller, "match.create", room=key, game="four", bot=bot)["o"]
    return o


def begun(first: Caller, second: Caller, key: LogKey) -> int:
    o = made(first, key)
    act(second, "seat.take", room=key, match=o, seat=1)
    return o


def table(caller: Caller, key: LogKey, o: int) -> dict[str, Any]:
    """Return the table as `match.read` shows it."""
    found: dict[str, Any] = read(caller, key, o)["table"]
    return found


def read(caller: Caller, key: LogKey, o: int) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(ask(caller, "match.read", room=key, match=o))
    return found


def move(caller: Caller, key: LogKey, o: int, column: Any, version: int | None = None) -> int:
    now = Match.objects.get(log__key=key, offset=o).version if version is None else version
    at: int = act(caller, "move.play", room=key, match=o, version=now, move=column)["o"]
    return at


def play(players: Sequence[Caller], key: LogKey, o: int, columns: Sequence[int]) -> None:
    for turn, column in enumerate(columns):
        move(players[turn % 2], key, o, column)


def refused(caller: Caller, method: str, /, **params: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as caught:
        act(caller, method, **params)
    return caught.value
