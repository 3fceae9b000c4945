"""What a game is: rules as a function of (state, happening). It computes on values and keeps nothing between calls."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

import msgspec

Seat = int
"""A place at the table, from 0 and below `Game.seats`. Who sits there a game never knows."""

View = dict[str, Any]
"""What one audience may see of a state: JSON, enough to draw the game from nothing."""

Said = dict[str, Any]
"""A sentence as key and params, `{"key": "four.played", "seat": 0, "column": 4}`: words are the reader's language."""

Refusal = Literal["out_of_turn", "full_column", "finished", "invalid_move"]


class Move(msgspec.Struct, frozen=True, tag="move"):
    """A seat asks for a change. `move` is JSON as it came: the game types it."""

    seat: Seat
    move: Any


class Timeout(msgspec.Struct, frozen=True, tag="timeout"):
    """The seat in turn let its time run out."""

    seat: Seat


class Forfeit(msgspec.Struct, frozen=True, tag="forfeit"):
    """A seat gives the match up, or is taken to have done so."""

    seat: Seat
    reason: Literal["resigned", "absent", "left", "timeout"]


GameEvent = Move | Timeout | Forfeit
"""All that can change a state. As JSON the `type` tells which: `{"type":"timeout","seat":0}`."""


class Result(msgspec.Struct, frozen=True):
    """How a match ended: `winner` is None for a draw."""

    winner: Seat | None
    reason: str


class Refused(Exception):
    """The happening is against the rules; the state is as it was."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


S = TypeVar("S", bound=msgspec.Struct)


class Game(ABC, Generic[S]):
    """The rules of one game for states of type `State`: a frozen Struct, chance included, that JSON can hold.

    Same arguments, same answer, in any process, at any time: `tests/game/engine/test_every_game.py` holds a game to it.
    """

    name: str
    seats: int
    turn_ms: int = 60_000
    """the time a seat has for a move"""
    levels: tuple[str, ...] = ("easy", "medium", "hard")
    State: type[S]

    @abstractmethod
    def setup(self, seed: int, first: Seat) -> S:
        """The state before anything happened. `seed` feeds all chance of the match, `first` begins."""

    @abstractmethod
    def apply(self, state: S, happening: GameEvent) -> S:
        """The state that follows, or raises `Refused`: the only way between states. The one given is untouched."""

    @abstractmethod
    def move_of(self, raw: object) -> Any:
        """A move out of decoded JSON, typed; raises `Refused("invalid_move")`. Whether it is legal, `apply` tells."""

    @abstractmethod
    def to_act(self, state: S) -> Seat | None:
        """Whose move it is, None when the match is over."""

    @abstractmethod
    def legal(self, state: S) -> Sequence[Any]:
        """Every move that `to_act` may make; empty when the match is over."""

    @abstractmethod
    def view(self, state: S, seat: Seat | None) -> View:
        """What this seat may see, None for a spectator. Nothing of the seed, nothing that is another's secret."""

    @abstractmethod
    def result(self, state: S) -> Result | None:
        """How it ended, None while it goes on."""

    @abstractmethod
    def describe(self, state: S, seat: Seat | None) -> Said:
        """What happened last, in one sentence for screen readers and notes, as `seat` or a spectator saw it."""

    @abstractmethod
    def bot(self, view: View, seat: Seat, level: str, seed: int) -> Any:
        """A legal move for `seat`, from what it sees alone. `level` is one of `levels`. Else `Refused("finished")`."""
