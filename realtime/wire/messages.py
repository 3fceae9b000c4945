"""The messages of `parlor.v1`: decoder, encoders, and the params of requests that `realtime` answers itself.

Source: JSON-RPC 2.0 (https://www.jsonrpc.org/specification).
"""

from typing import Annotated, Any, TypeVar

import msgspec

from realtime.errors import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, Close, RealtimeError
from realtime.types import LogKey, Offset, Position, RequestId, Room, encode

P = TypeVar("P")


class Incoming(msgspec.Struct):
    """A request, a notification or a response of the client."""

    jsonrpc: str
    method: str | msgspec.UnsetType = msgspec.UNSET
    id: int | str | msgspec.UnsetType | None = msgspec.UNSET
    params: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Hello(msgspec.Struct):
    """Params of `session.hello`."""

    v: int
    token: str
    rooms: Annotated[dict[Room, Position], msgspec.Meta(max_length=16)] = {}


class OpenParams(msgspec.Struct):
    """Params of `room.open`."""

    room: Room
    position: Position | None = None


class SeenParams(msgspec.Struct):
    """Params of `session.seen`."""

    visible: bool


class Pong(msgspec.Struct):
    """Result of `session.ping`: the offsets that the client has applied."""

    rooms: dict[Room, Offset] = {}


_incoming = msgspec.json.Decoder(Incoming)


def decode(text: str) -> Incoming:
    """Return a decoded frame; raise −32700 for one that is not JSON, −32600 for one that is no request."""
    try:
        frame = _incoming.decode(text)
    except msgspec.ValidationError as error:
        raise RealtimeError(INVALID_REQUEST, "invalid_request", str(error)) from None
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise RealtimeError(PARSE_ERROR, "parse", "not one JSON object") from None
    if frame.jsonrpc != "2.0" or frame.id is None or not _id_fits(frame.id):
        raise RealtimeError(
            INVALID_REQUEST, "invalid_request", "jsonrpc 2.0 with an id that is an integer or a short string"
        )
    return frame


def _id_fits(id: int | str | msgspec.UnsetType) -> bool:
    if isinstance(id, str):
        return len(id) <= 36
    return isinstance(id, msgspec.UnsetType) or abs(id) < 2**53


def params_of(frame: Incoming, decoder: "msgspec.json.Decoder[P]") -> P:
    """Return a frame's params in their declared type; raise −32602 where they do not fit."""
    raw = frame.params if isinstance(frame.params, msgspec.Raw) else b"{}"
    try:
        params = decoder.decode(raw)
        has_nul = b"\\u0000" in bytes(raw) and _holds_nul(msgspec.json.decode(raw))
    except (msgspec.DecodeError, RecursionError) as error:
        raise RealtimeError(INVALID_PARAMS, "invalid_params", str(error)) from None
    if has_nul:
        raise RealtimeError(INVALID_PARAMS, "invalid_params", "NUL cannot be stored")
    return params


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(_holds_nul, value)) or any(map(_holds_nul, value.values()))
    return isinstance(value, list) and any(map(_holds_nul, value))


def response(id: RequestId, result: Any) -> str:
    return encode({"jsonrpc": "2.0", "id": id, "result": result}).decode()


def error_response(id: RequestId | None, error: RealtimeError) -> str:
    return encode({"jsonrpc": "2.0", "id": id, "error": error.as_error()}).decode()


def notification(method: str, params: Any) -> str:
    return encode({"jsonrpc": "2.0", "method": method, "params": params}).decode()


def ping(id: RequestId) -> str:
    return encode({"jsonrpc": "2.0", "id": id, "method": "session.ping", "params": {}}).decode()


def bye(close: Close) -> str:
    return notification(
        "session.bye", {"code": close.code, "reason": close.reason, "retry_after_ms": close.retry_after_ms}
    )


def signal(room: LogKey, kind: str, key: str, value: Any) -> str:
    return notification("room.signal", {"room": room, "kind": kind, "key": key, "value": value})
