"""Where the WebSocket is, as Channels' tutorial has it."""

from django.urls import path

from realtime.consumers import RealtimeConsumer
from realtime.methods import Backend


def websocket_urlpatterns(backend: Backend) -> list[object]:
    """`/ws/` with what the apps hand in."""
    return [path("ws/", RealtimeConsumer.as_asgi(backend=backend))]
