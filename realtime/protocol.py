"""`parlor.v1` on the wire: one decode, the frames, the errors and their one numbering (docs/protocol.md).

Source: JSON-RPC 2.0 (https://www.jsonrpc.org/specification); problems after RFC 9457.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Final, NewType, TypeVar

import msgspec

UserId = NewType("UserId", str)
LogKey = NewType("LogKey", str)
ClientId = NewType("ClientId", str)
RequestId = int | str
Cid = Annotated[ClientId, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{8,36}\Z")]
"""A `cid` in params: drawn by the client, unique for its user for ever."""
Room = Annotated[LogKey, msgspec.Meta(max_length=16)]
Offset = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

P = TypeVar("P")

SUBPROTOCOL: Final = "parlor.v1"
VERSION: Final = 1

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
UNKNOWN_METHOD: Final = -32601
INVALID_PARAMS: Final = -32602


class RealtimeError(Exception):
    """What a caller did wrong or cannot have: becomes an error response, or a `room.left`, never a traceback.

    `code` is an HTTP status or one of JSON-RPC's own; `type` a word of docs/protocol.md, "Problem types".
    """

    def __init__(self, code: int, type: str, detail: str = "", **more: Any) -> None:
        super().__init__(type)
        self.code, self.type, self.detail, self.more = code, type, detail, more

    def as_error(self) -> dict[str, Any]:
        """The `error` member of the response: `{code, message, data: problem}`."""
        problem = {"type": self.type, "status": max(self.code, 400), "detail": self.detail, **self.more}
        return {"code": self.code, "message": self.type.replace("_", " "), "data": problem}


def not_found(detail: str = "") -> RealtimeError:
    """404: not there, or not to be seen by this reader; the two are alike."""
    return RealtimeError(404, "not_found", detail)


def forbidden(detail: str = "") -> RealtimeError:
    return RealtimeError(403, "forbidden", detail)


def conflict(type: str, detail: str = "", **thing: Any) -> RealtimeError:
    """409 with the thing as it is."""
    return RealtimeError(409, type, detail, **thing)


def unprocessable(type: str, detail: str = "") -> RealtimeError:
    return RealtimeError(422, type, detail)


def too_fast(retry_after_ms: int, type: str = "too_fast", **more: Any) -> RealtimeError:
    return RealtimeError(429, type, retry_after_ms=retry_after_ms, **more)


def unavailable(detail: str = "", retry_after_ms: int = 1000) -> RealtimeError:
    return RealtimeError(503, "unavailable", detail, retry_after_ms=retry_after_ms)


class Close(msgspec.Struct, frozen=True):
    """Why the server ends a connection: the close code and the word in the last `session.bye`."""

    code: int
    reason: str
    retry_after_ms: int | None = None


TOKEN: Final = Close(4001, "token")
LOGIN_ENDED: Final = Close(4501, "login_ended")
BANNED: Final = Close(4503, "banned")
HELLO_TIMEOUT: Final = Close(4008, "hello_timeout")
SILENT: Final = Close(4008, "silent")
SLOW: Final = Close(4107, "slow")
FAILED: Final = Close(4100, "internal")
UNSUPPORTED_VERSION: Final = Close(4526, "version")
PROTOCOL: Final = Close(4000, "protocol")
TOO_LARGE: Final = Close(4013, "too_large")
BINARY: Final = Close(4015, "binary")
TOO_FAST: Final = Close(4029, "too_fast", 5000)


def draining(retry_after_ms: int) -> Close:
    """The server restarts; `retry_after_ms` spreads the return."""
    return Close(4103, "draining", retry_after_ms)


class Position(msgspec.Struct, frozen=True):
    """A place in a log: offset and the tag of the event there."""

    o: Offset
    t: Offset


class Head(msgspec.Struct, frozen=True):
    """The end of a log: position and number of timeline lines."""

    o: int
    t: int
    n: int


class Incoming(msgspec.Struct):
    """Any one frame from the client: request, notification or response."""

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


class RoomParams(msgspec.Struct):
    """Params that name a room and nothing else."""

    room: Room


class OpenParams(msgspec.Struct):
    """Params of `room.open`."""

    room: Room
    position: Position | None = None


class SeenParams(msgspec.Struct):
    """Params of `session.seen`."""

    visible: bool


class Pong(msgspec.Struct):
    """Result of `session.ping`: the offsets the client has applied."""

    rooms: dict[Room, Offset] = {}


_incoming = msgspec.json.Decoder(Incoming)
encode = msgspec.json.Encoder().encode


def decode(text: str) -> Incoming:
    """One frame as `Incoming`, or `RealtimeError` −32700 (not JSON) / −32600 (not a request)."""
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
    """The frame's params in their declared type, or `RealtimeError` −32602."""
    raw = frame.params if isinstance(frame.params, msgspec.Raw) else b"{}"
    try:
        params = decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RealtimeError(INVALID_PARAMS, "invalid_params", str(error)) from None
    if b"\\u0000" in bytes(raw) and _holds_nul(msgspec.json.decode(raw)):
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
    """The server's request to the client; answered with `Pong`."""
    return encode({"jsonrpc": "2.0", "id": id, "method": "session.ping", "params": {}}).decode()


def bye(close: Close) -> str:
    return notification(
        "session.bye", {"code": close.code, "reason": close.reason, "retry_after_ms": close.retry_after_ms}
    )


def signal(room: LogKey, kind: str, key: str, value: Any) -> str:
    return notification("room.signal", {"room": room, "kind": kind, "key": key, "value": value})


def labels(words: Iterable[str]) -> str:
    """An audience as it is stored: sorted labels, each between blanks, so that a search for one finds no other."""
    return f" {' '.join(sorted(words))} "
