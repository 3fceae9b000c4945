"""Writes a state as text, reads it back, and replays the events of a match. Pure."""

from collections.abc import Iterable
from itertools import accumulate
from typing import TypeVar

import msgspec

from game.engine.interface import Game, GameEvent, Seat

S = TypeVar("S", bound=msgspec.Struct)


def dump(game: Game[S], state: S) -> str:
    """Return the state as JSON. Equal states give equal texts."""
    return msgspec.json.encode(state, order="deterministic").decode()


def load(game: Game[S], text: str) -> S:
    """Return the state that `dump` wrote. Raise `msgspec.DecodeError` when it is not one of this game."""
    return msgspec.json.decode(text, type=game.State)


def replay(game: Game[S], seed: int, first: Seat, events: Iterable[GameEvent]) -> list[S]:
    """Return all states of a match, from the first on. Raise `IllegalMove` as the live match would."""
    return list(accumulate(events, game.apply, initial=game.setup(seed, first)))
