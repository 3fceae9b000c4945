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
"""A `cid` in params: made by the client, and never used twice by its user."""
Room = Annotated[LogKey, msgspec.Meta(max_length=16)]
Offset = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

SITE: Final = LogKey("site")
"""The log that only processes read: it tells whose permissions have changed."""
SUBPROTOCOL: Final = "parlor.v1"
VERSION: Final = 1

encode = msgspec.json.Encoder().encode
"""Return a value as JSON in UTF-8."""


class Position(msgspec.Struct, frozen=True):
    """A place in a log: an offset, and the tag of the event there."""

    o: Offset
    t: Offset


class Head(msgspec.Struct, frozen=True):
    """The end of a log: offset, tag, and the number of messages."""

    o: int
    t: int
    n: int


class RoomParams(msgspec.Struct):
    """Params of a request about a room."""

    room: Room


Scopes = frozenset[str]
UNSEEN: Final = "unseen"
"""A reader with this scope is not listed among those who are present."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user who makes a request."""

    id: UserId
    pk: int
    login: str
    """The hash of the login session."""
    person: Mapping[str, Any]
    """The user as others see them."""
    facts: int = 0
    """A number that changes with what the user may do: `Backend.facts`."""


NOBODY: Final = Caller(UserId(""), 0, "", {})
"""The caller before hello, and of requests that the server makes itself."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A short-lived message to the readers of a room. The latest of a kind and key wins; any may be dropped."""

    room: LogKey
    kind: str
    key: str
    value: Any
    to: UserId | None = None
    """Send only to the connections of this user, whether or not they have opened the room."""
