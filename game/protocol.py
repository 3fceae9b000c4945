"""Params of the methods of matches."""

from typing import Annotated, Any, Literal

import msgspec

from chat.protocol import RoomAct
from realtime import Offset, Room

Level = Literal["easy", "medium", "hard"]
Number = Annotated[int, msgspec.Meta(ge=0, lt=64)]


class MatchCreate(RoomAct):
    """Params of `match.create`."""

    game: Annotated[str, msgspec.Meta(max_length=20)]
    bot: Level | None = None


class MatchAct(RoomAct, kw_only=True):
    """Params of `seat.leave`, `match.resign`, `match.claim`, `match.present` and `match.rematch`."""

    match: Offset
    t: Offset | None = None
    """The tag of the match's message."""


class SeatTake(MatchAct, kw_only=True):
    """Params of `seat.take`."""

    seat: Number


class SeatBot(SeatTake, kw_only=True):
    """Params of `seat.bot`."""

    bot: Level


class SeatWait(MatchAct, kw_only=True):
    """Params of `seat.wait`."""

    waiting: bool


class MovePlay(MatchAct, kw_only=True):
    """Params of `move.play`. The game defines the type of `move`."""

    version: Offset
    version_t: Offset | None = None
    """The tag of the event whose offset is `version`."""
    move: Any


class MatchRead(msgspec.Struct):
    """Params of `match.read`."""

    room: Room
    match: Offset


class MoveHover(msgspec.Struct):
    """Params of `move.hover`."""

    room: Room
    match: Offset
    column: Number | None = None
