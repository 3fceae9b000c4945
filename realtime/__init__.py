"""The real-time path: protocol, log, writer and hub. It knows logs and their readers, but neither chat nor games.

Apps import this module, and `realtime.log` to append and to read events. It loads no models, so that Django can import
it first.
"""

from realtime.errors import (
    INVALID_PARAMS,
    RealtimeError,
    conflict,
    forbidden,
    not_found,
    too_fast,
    unavailable,
    unprocessable,
)
from realtime.methods import METHODS, Backend, Call, Method, method, room_and_site, site_only
from realtime.types import (
    SITE,
    UNSEEN,
    Caller,
    Cid,
    ClientId,
    Head,
    LogKey,
    Offset,
    Position,
    Room,
    RoomParams,
    Scopes,
    Signal,
    UserId,
    encode,
)

__all__ = [
    "INVALID_PARAMS",
    "METHODS",
    "SITE",
    "UNSEEN",
    "Backend",
    "Call",
    "Caller",
    "Cid",
    "ClientId",
    "Head",
    "LogKey",
    "Method",
    "Offset",
    "Position",
    "RealtimeError",
    "Room",
    "RoomParams",
    "Scopes",
    "Signal",
    "UserId",
    "conflict",
    "encode",
    "forbidden",
    "method",
    "not_found",
    "room_and_site",
    "site_only",
    "too_fast",
    "unavailable",
    "unprocessable",
]
