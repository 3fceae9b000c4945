"""A match as text and as a list: what a state is written to and read from, and what happened played again. Pure."""

from collections.abc import Iterable
from itertools import accumulate
from typing import TypeVar

import msgspec

from game.engine.interface import Game, GameEvent, Seat

S = TypeVar("S", bound=msgspec.Struct)


def dump(game: Game[S], state: S) -> str:
    """The state as JSON; equal states give equal text."""
    return msgspec.json.encode(state, order="deterministic").decode()


def load(game: Game[S], text: str) -> S:
    """The state that `dump` wrote; `msgspec.DecodeError` where it is not one of this game."""
    return msgspec.json.decode(text, type=game.State)


def replay(game: Game[S], seed: int, first: Seat, happenings: Iterable[GameEvent]) -> list[S]:
    """Every state of a match, the one before anything happened first; raises `Refused` as the live match would."""
    return list(accumulate(happenings, game.apply, initial=game.setup(seed, first)))
