"""Denial responses: a handshake answered with an HTTP status, where the server supports ASGI's extension."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def deny(
    scope: dict[str, Any], send: Send, status: int, sentence: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Send `websocket.http.response`. Without the extension send a close, which servers answer with an empty 403."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        return await send({"type": "websocket.close"})
    all_headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "websocket.http.response.start", "status": status, "headers": all_headers})
    return await send({"type": "websocket.http.response.body", "body": f"{sentence}\n".encode()})
