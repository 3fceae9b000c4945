"""Errors of `parlor.v1`, and their one numbering (docs/protocol.md).

Exception
├── RealtimeError      a request is answered with an error
│                      made by not_found, forbidden, conflict, unprocessable, too_fast, unavailable
└── Closed             a connection is closed, for the reason in its `Close`

The codes of errors are HTTP's, problems are those of RFC 9457, and codes below zero are JSON-RPC's own
(https://www.jsonrpc.org/specification).
"""

from typing import Any, Final

import msgspec

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
UNKNOWN_METHOD: Final = -32601
INVALID_PARAMS: Final = -32602


class RealtimeError(Exception):
    """The server denies a request, or cannot carry it out now. Never shown as a traceback.

    `code` is an HTTP status or one of JSON-RPC's own; `type` a word of docs/protocol.md, "Problem types".
    """

    def __init__(self, code: int, type: str, detail: str = "", **more: Any) -> None:
        super().__init__(type)
        self.code, self.type, self.detail, self.more = code, type, detail, more

    def as_error(self) -> dict[str, Any]:
        """Return the `error` member of the response: `{code, message, data: problem}`."""
        problem = {"type": self.type, "status": max(self.code, 400), "detail": self.detail, **self.more}
        return {"code": self.code, "message": self.type.replace("_", " "), "data": problem}


def not_found(detail: str = "") -> RealtimeError:
    """Return a 404, which is the same for what does not exist and for what the caller may not see."""
    return RealtimeError(404, "not_found", detail)


def forbidden(detail: str = "") -> RealtimeError:
    return RealtimeError(403, "forbidden", detail)


def conflict(type: str, detail: str = "", **thing: Any) -> RealtimeError:
    """Return a 409 with the current state of the thing."""
    return RealtimeError(409, type, detail, **thing)


def unprocessable(type: str, detail: str = "") -> RealtimeError:
    return RealtimeError(422, type, detail)


def too_fast(retry_after_ms: int, type: str = "too_fast", **more: Any) -> RealtimeError:
    return RealtimeError(429, type, retry_after_ms=retry_after_ms, **more)


def unavailable(detail: str = "", retry_after_ms: int = 1000) -> RealtimeError:
    return RealtimeError(503, "unavailable", detail, retry_after_ms=retry_after_ms)


class Close(msgspec.Struct, frozen=True):
    """The close code, and the reason in the `session.bye` before it."""

    code: int
    reason: str
    retry_after_ms: int | None = None


class Closed(Exception):
    """The connection has to be closed."""

    def __init__(self, close: Close) -> None:
        self.close = close


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
    """Return the close of a restart. Clients with different `retry_after_ms` do not come back all at once."""
    return Close(4103, "draining", retry_after_ms)
