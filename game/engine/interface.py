"""The interface of a game: rules as a function of (state, event). It computes on values and stores nothing."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec

Seat = int
"""A seat at the table, from 0 and below `Game.seats`. A game does not know which person has it."""

View = dict[str, Any]
"""The part of a state that one audience may see, as JSON. It is enough to draw the game."""

Sentence = dict[str, Any]
"""A sentence as key and params: `{"key": "four.played", "seat": 0, "column": 4}`. The client has the words."""

Reason = Literal["out_of_turn", "full_column", "finished", "invalid_move"]


class Move(msgspec.Struct, frozen=True, tag="move"):
    """A seat asks for a change. `move` is decoded JSON, which `Game.move_of` checks."""

    seat: Seat
    move: Any


class Timeout(msgspec.Struct, frozen=True, tag="timeout"):
    """The time of the seat in turn has run out."""

    seat: Seat


class Forfeit(msgspec.Struct, frozen=True, tag="forfeit"):
    """A seat gives up the match, or loses it in another way than by the rules."""

    seat: Seat
    reason: Literal["resigned", "absent", "left", "timeout"]


GameEvent = Move | Timeout | Forfeit
"""Each change of a state is one of these. In JSON, `type` names it: `{"type":"timeout","seat":0}`."""


class Result(msgspec.Struct, frozen=True):
    """The result of a match. `winner` is None for a draw."""

    winner: Seat | None
    reason: str


class IllegalMove(Exception):
    """The event is against the rules. The state is unchanged."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


S = TypeVar("S", bound=msgspec.Struct)


class Game(ABC, Generic[S]):
    """The rules of one game for states of type `State`: a frozen Struct for JSON, which includes the random state.

    Equal arguments give equal results, in any process at any time; `tests/game/engine/test_every_game.py` tests it.
    """

    name: str
    seats: int
    turn_ms: int = 60_000
    """The time for one move, in ms."""
    levels: tuple[str, ...] = ("easy", "medium", "hard")
    State: type[S]

    @abstractmethod
    def setup(self, seed: int, first: Seat) -> S:
        """Return the first state. `seed` determines all random numbers of the match; seat `first` starts."""

    @abstractmethod
    def apply(self, state: S, event: GameEvent) -> S:
        """Return the next state, or raise `IllegalMove`. This is the only transition; the given state is unchanged."""

    @abstractmethod
    def move_of(self, raw: object) -> Any:
        """Return a typed move from decoded JSON, or raise `IllegalMove("invalid_move")`. `apply` checks the rules."""

    @abstractmethod
    def to_act(self, state: S) -> Seat | None:
        """Return the seat to move, or None when the match is over."""

    @abstractmethod
    def legal(self, state: S) -> Sequence[Any]:
        """Return every move that `to_act` may make; none when the match is over."""

    @abstractmethod
    def view(self, state: S, seat: Seat | None) -> View:
        """Return what the seat may see, or a spectator for None. It has no seed and no secret of another seat."""

    @abstractmethod
    def result(self, state: S) -> Result | None:
        """Return the result, or None while the match goes on."""

    @abstractmethod
    def describe(self, state: S, seat: Seat | None) -> Sentence:
        """Return a sentence about the last event for screen readers, as `seat` or a spectator saw it."""

    @abstractmethod
    def bot(self, view: View, seat: Seat, level: str, seed: int) -> Any:
        """Return a legal move for `seat` from its view, or raise `IllegalMove("finished")`. `level` is in `levels`."""
