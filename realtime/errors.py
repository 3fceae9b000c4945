"""The errors of `parlor.v1` and their one numbering (docs/protocol.md).

A request that is refused raises `RealtimeError`. A connection that ends is given a `Close`; `Closed` raises one.
Source: JSON-RPC 2.0 (https://www.jsonrpc.org/specification); problems after RFC 9457.
"""

from typing import Any, Final

import msgspec

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


class Closed(Exception):
    """The connection must end with `close`."""

    def __init__(self, close: Close) -> None:
        self.close = close
