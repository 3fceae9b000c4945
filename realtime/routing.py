"""Where the WebSocket is, as Channels' tutorial has it."""

from typing import Any

from django.urls import path, re_path

from realtime.consumers import RealtimeConsumer
from realtime.methods import Backend
from realtime.server.denial import deny


def websocket_urlpatterns(backend: Backend) -> list[object]:
    """`/ws/` with what the apps hand in."""
    return [path("ws/", RealtimeConsumer.as_asgi(backend=backend)), re_path("", nowhere)]  # type: ignore[arg-type]


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Any other address refuses the handshake, without a word in the log."""
    await receive()
    await deny(scope, send, 404, "There is no WebSocket here.")
