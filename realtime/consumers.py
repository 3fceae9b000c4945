"""The WebSocket consumer of Channels. It receives, sends and closes, and leaves everything else to a `Connection`."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from realtime.connection.connection import Connection
from realtime.connection.transports import QueueTransport, SocketTransport, Transport, extension_of
from realtime.errors import Close
from realtime.methods import Backend
from realtime.process import Process
from realtime.server.denial import deny
from realtime.types import SUBPROTOCOL
from realtime.wire.rate_limits import network_of

logger = logging.getLogger(__name__)

RETRY_AFTER = [(b"retry-after", b"30")]


class RealtimeConsumer(AsyncWebsocketConsumer):
    """The consumer of one WebSocket. Events come from the hub, not through a channel layer (docs/channels.md)."""

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.leave: Callable[[], None] = lambda: None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run without the task and the thread that Channels uses for each message.

        No handler here needs them. `disconnect` is not guaranteed to be called; `finally` is.
        """
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        finally:
            if connection := getattr(self, "connection", None):
                connection.stop()
            self.leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        process = await Process.of(self.backend)
        network = network_of(str((self.scope.get("client") or [""])[0]))
        if not self.enter(process, network):
            await deny(self.scope, self.base_send, 429, "Too many connections of this address.", RETRY_AFTER)
            return
        offered = self.scope.get("subprotocols", ())
        session_key = self.scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        await self.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
        self.connection = Connection(process, self.transport(), session_key, network)
        self.connection.start()

    def enter(self, process: Process, network: str | None) -> bool:
        """Count the connection for its address. Return False, and count nothing, if the address has too many."""
        if not process.shared.addresses.enter(network):
            logger.warning("refused a WebSocket: %s has %d", network, process.limits.address_connections)
            return False
        self.leave = partial(process.shared.addresses.leave, network)
        return True

    def transport(self) -> Transport:
        extension = extension_of(self.scope)
        return SocketTransport(extension) if extension else QueueTransport(self.send_text, self.send_close)

    async def send_text(self, text: str) -> None:
        await self.base_send({"type": "websocket.send", "text": text})

    async def send_close(self, close: Close) -> None:
        await self.base_send({"type": "websocket.close", "code": close.code, "reason": close.reason})

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is not None:
            self.connection.receive(text_data)
        else:
            self.connection.receive_binary()

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Pass on an empty text too, which Channels would drop."""
        await self.receive(message.get("text"), message.get("bytes"))

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer
