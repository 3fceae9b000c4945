"""Starts the process of an event loop with the loop's first ASGI call."""

import logging
from typing import Any

from realtime.errors import RealtimeError
from realtime.methods import Backend
from realtime.process import Process
from realtime.server.denial import deny

logger = logging.getLogger(__name__)


class LifespanMiddleware:
    """ASGI middleware that starts the process, so that deadlines do not wait for the first WebSocket."""

    def __init__(self, application: Any, backend: Backend) -> None:
        self._application, self._backend = application, backend

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await Process.of(self._backend)
        except RealtimeError as error:
            logger.warning("the process cannot start: %s", error.detail)
            return await _unavailable(scope, receive, send)
        await self._application(scope, receive, send)


async def _unavailable(scope: Any, receive: Any, send: Any) -> None:
    """Answer 503 to every request until the database has answered once."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"5")]
    sentence = "The database does not answer. Try again in a few seconds."
    if scope["type"] == "websocket":
        await receive()
        return await deny(scope, send, 503, sentence, headers[1:])
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})
