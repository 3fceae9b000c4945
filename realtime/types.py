"""The values that every layer shares: ids, positions, callers and signals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, NewType

import msgspec

UserId = NewType("UserId", str)
LogKey = NewType("LogKey", str)
ClientId = NewType("ClientId", str)
RequestId = int | str
Cid = Annotated[ClientId, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{8,36}\Z")]
"""A `cid` in params: drawn by the client, unique for its user for ever."""
Room = Annotated[LogKey, msgspec.Meta(max_length=16)]
Offset = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

SUBPROTOCOL: Final = "parlor.v1"
VERSION: Final = 1


class Position(msgspec.Struct, frozen=True):
    """A place in a log: offset and the tag of the event there."""

    o: Offset
    t: Offset


class Head(msgspec.Struct, frozen=True):
    """The end of a log: position and number of timeline lines."""

    o: int
    t: int
    n: int


Labels = frozenset[str]
UNSEEN: Final = "unseen"
"""A reader with this label is not listed among those who are present."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: wire id, primary key, the hash of the login session, and the person as others see them."""

    id: UserId
    pk: int
    login: str
    person: Mapping[str, Any]
    facts: int = 0
    """of the user, by which a change is noticed: `Backend.facts`"""


NOBODY: Final = Caller(UserId(""), 0, "", {})
"""who calls before hello, and for the clock"""


@dataclass(frozen=True, slots=True)
class Signal:
    """Ephemeral word to the readers of a room: the latest of a (kind, key) wins, any may be dropped."""

    room: LogKey
    kind: str
    key: str
    value: Any
    to: UserId | None = None
    """only to the connections of this user, whether or not they have opened the room"""
