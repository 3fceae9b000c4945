"""The real-time path: protocol, log, writer and hub. It knows logs with readers, and neither messages nor moves.

This is what apps import. It loads no models, so that Django can load it first. Besides it there is `realtime.log`, to
append and to read events.
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
