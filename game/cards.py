"""What games put into the talk: the table of a match, and things left to chance. Their shape on the wire."""

from typing import Any

import msgspec

from chat import plugin
from game.engine.interface import Result


class Claim(msgspec.Struct):
    """A claim that the player of `seat` is away, at event `o`; they may answer until `until`, in ms UTC."""

    seat: int
    until: int
    o: int


@plugin.card("match")
class Table(msgspec.Struct, kw_only=True):
    """The public state of a match: its card, and `table` in each of its events. Of two, the greater version holds."""

    game: str
    match: int
    version: int
    state: str
    seats: list[dict[str, str] | None]
    """`{user}`, `{bot}` or None, by number"""
    t: int | None = None
    """tag of its card's event; None for one that release 0.1 made"""
    version_t: int | None = None
    """tag of the event that is its version"""
    waiting: list[str] = []
    """users next in line"""
    turn: int | None = None
    deadline: int | None = None
    """ms UTC at which the time of the turn is over"""
    view: Any = None
    """what everybody may see of the game; None before it begins"""
    says: Any = None
    """one sentence, as key and params"""
    result: Result | None = None
    last: int | None = None
    """offset of the event of the last move"""
    claim: Claim | None = None
    """open while a player has been called and has not answered"""
    rematch: int | None = None
    """the match that came after"""


@plugin.card("roll")
class Roll(msgspec.Struct):
    """Dice, thrown by the server."""

    dice: str
    rolls: list[int]
    total: int


@plugin.card("flip")
class Flip(msgspec.Struct):
    """A coin: `heads` or `tails`."""

    side: str


@plugin.card("pick")
class Pick(msgspec.Struct):
    """One of several, drawn by the server."""

    options: list[str]
    picked: str
