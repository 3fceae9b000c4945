"""`/ws/echo`: what comes back byte for byte, so that any conformance suite can be pointed at the server.

It asks for no Origin and looks at no cookie: it knows nothing and tells nothing. Off in production (`ECHO`).
"""

from typing import Any, Final

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from realtime.server.denial import deny

PATH: Final = "/ws/echo"
LARGEST: Final = 256 * 1024
"""bytes of a message; our server's own bound, which others may not have"""
MOST: Final = 20
"""connections of a process"""
TOO_LARGE: Final = 1009


class EchoConsumer(AsyncWebsocketConsumer):
    """Channels' tutorial in three lines, and its bounds."""

    channel_layer_alias = "none: it talks to nobody else"
    open_now = 0
    entered = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without the thread hop that Channels makes before every handler."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            EchoConsumer.open_now -= self.entered

    async def connect(self) -> None:
        if EchoConsumer.open_now >= MOST:
            retry = [(b"retry-after", b"10")]
            await deny(self.scope, self.base_send, 503, "Enough are listening to themselves.", retry)
            return
        EchoConsumer.open_now += 1
        self.entered = True
        await self.accept()

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        content = message.get("text"), message.get("bytes")
        if any(len(part) > LARGEST for part in content if part):
            await self.close(TOO_LARGE)
        else:
            await self.send(*content)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer


def with_echo(application: Any) -> Any:
    """The application for WebSockets, with the echo in front of it where `ECHO` is on."""
    echo = EchoConsumer.as_asgi()

    async def route(scope: Any, receive: Any, send: Any) -> None:
        await (echo if settings.ECHO and scope["path"] == PATH else application)(scope, receive, send)

    return route
