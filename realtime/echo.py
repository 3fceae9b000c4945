"""`/ws/echo` returns each message byte for byte, so that any conformance suite can test the server.

It checks no Origin and reads no cookie. The setting `ECHO` turns it on; it is off in production.
"""

from typing import Any, Final

from django.conf import settings

from realtime.server.denial import deny

PATH: Final = "/ws/echo"
MAX_MESSAGE_BYTES: Final = 256 * 1024
"""The limit of our own server, which other servers may not have."""
MAX_CONNECTIONS: Final = 20
TOO_LARGE: Final = 1009
RETRY: Final = [(b"retry-after", b"10")]


class EchoMiddleware:
    """ASGI middleware: answers `PATH` where `ECHO` is on, and passes on everything else."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._connections = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not settings.ECHO or scope["path"] != PATH:
            await self._application(scope, receive, send)
            return
        await receive()
        if self._connections >= MAX_CONNECTIONS:
            await deny(scope, send, 503, "The echo has too many connections. Please try again.", RETRY)
            return
        self._connections += 1
        try:
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                await send(_answer(message))
        finally:
            self._connections -= 1


def _answer(message: dict[str, Any]) -> dict[str, Any]:
    if len(message.get("text") or message.get("bytes") or "") > MAX_MESSAGE_BYTES:
        return {"type": "websocket.close", "code": TOO_LARGE}
    return {**message, "type": "websocket.send"}
