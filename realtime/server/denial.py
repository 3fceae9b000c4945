"""A handshake refused before the accept: with its real status where the server can, else as the server does it."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def refuse(
    scope: dict[str, Any], send: Send, status: int, sentence: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """ASGI's extension `websocket.http.response`; without it a close, which servers answer with 403 and no word."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        return await send({"type": "websocket.close"})
    told = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "websocket.http.response.start", "status": status, "headers": told})
    return await send({"type": "websocket.http.response.body", "body": f"{sentence}\n".encode()})
