"""The URL patterns of WebSockets, as in Channels' tutorial."""

from typing import Any

from django.urls import path, re_path

from realtime.consumers import RealtimeConsumer
from realtime.methods import Backend
from realtime.server.denial import deny


def websocket_urlpatterns(backend: Backend) -> list[object]:
    """Return the patterns: `/ws/` with the methods of the apps."""
    return [path("ws/", RealtimeConsumer.as_asgi(backend=backend)), re_path("", nowhere)]  # type: ignore[arg-type]


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Answer 404 to a handshake at any other address, and log nothing."""
    await receive()
    await deny(scope, send, 404, "There is no WebSocket here.")
