"""Matches for tests. Numbers steer them, so that Hypothesis can make a match shorter."""

from collections.abc import Iterable
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from game.engine.interface import Forfeit, Game, GameEvent, Move, Seat, Timeout
from game.engine.record import replay

whole_matches = settings(max_examples=40, deadline=None)
"""Settings for tests with a whole match as an example, which has many steps."""

SEEDS = st.integers(0, 2**64 - 1)
LENGTHS = st.integers(0, 60)
PLAIN = LENGTHS.flatmap(lambda length: st.lists(st.integers(0, 90), min_size=length, max_size=length))
"""Steers of a match in which all moves are in time."""
ROUGH = LENGTHS.flatmap(lambda length: st.lists(st.integers(0, 99), min_size=length, max_size=length))
"""Steers of a match with timeouts and with seats that give up."""


def steered(game: Game[Any], state: Any, steer: int) -> GameEvent:
    seat = game.to_act(state)
    assert seat is not None
    if steer > 97:
        return Forfeit(steer % game.seats, "left")
    if steer > 90:
        return Timeout(seat)
    legal = game.legal(state)
    return Move(seat, legal[steer % len(legal)])


def events_of(game: Game[Any], seed: int, first: Seat, steers: Iterable[int]) -> list[GameEvent]:
    """Return the events until the steers or the match end."""
    state, made = game.setup(seed, first), list[GameEvent]()
    for steer in steers:
        if game.result(state) is None:
            made.append(steered(game, state, steer))
            state = game.apply(state, made[-1])
    return made


def states(game: Game[Any], seed: int, first: Seat, steers: Iterable[int]) -> list[Any]:
    return replay(game, seed, first, events_of(game, seed, first, steers))
