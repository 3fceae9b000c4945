"""The rich messages of games on the wire: the table of a match, and random results."""

from typing import Any

import msgspec

from game.engine.interface import Result


class Claim(msgspec.Struct):
    """A claim that the player of `seat` is away, at event `o`; they may answer until `until`, in ms UTC."""

    seat: int
    until: int
    o: int


class Table(msgspec.Struct, kw_only=True):
    """The public state of a match: its message, and `table` in its events. The greatest version is current."""

    game: str
    match: int
    version: int
    state: str
    seats: list[dict[str, str] | None]
    """Each seat is `{user}`, `{bot}` or None."""
    t: int | None = None
    """The tag of the event of its message; None for a match of release 0.1."""
    version_t: int | None = None
    """The tag of the event whose offset is `version`."""
    waiting: list[str] = []
    """The users in the queue for the next match."""
    turn: int | None = None
    deadline: int | None = None
    """The end of the turn, in ms UTC."""
    view: Any = None
    """The public state of the game; None before the start."""
    says: Any = None
    """A sentence about the last event, as key and params."""
    result: Result | None = None
    last: int | None = None
    """The offset of the event of the last move."""
    claim: Claim | None = None
    """The claim that a player has not answered yet."""
    rematch: int | None = None
    """The offset of the rematch."""


class Roll(msgspec.Struct):
    """Dice, thrown by the server."""

    dice: str
    rolls: list[int]
    total: int


class Flip(msgspec.Struct):
    """A coin: `heads` or `tails`."""

    side: str


class Pick(msgspec.Struct):
    """An option that the server has picked."""

    options: list[str]
    picked: str
