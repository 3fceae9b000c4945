"""The server on sockets that were opened for it: by `serve`, by its supervisor, by systemd."""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.interfaces import ISSLTransport

from realtime.server.server import Server
from realtime.server.websocket import WebSocketProtocol


class SocketActivatedServer(Server):
    """Takes listening `sockets` over, besides endpoints of its own; calls `ready` once it lets connections in."""

    def __init__(
        self,
        application: Any,
        endpoints: Iterable[str],
        sockets: Iterable[socket.socket],
        ready: Callable[[], object],
        **options: Any,
    ) -> None:
        own = list(endpoints)
        super().__init__(application, own or ["none"], **options)
        if not own:
            self.endpoints: list[str] = []  # daphne's own constructor ends the process without any
        self.sockets = list(sockets)
        self.ready = ready

    def _ready(self) -> None:
        from twisted.internet import reactor  # not before daphne has chosen one

        for each in self.sockets:
            each.setblocking(False)
            self.listen_success(reactor.adoptStreamPort(each.fileno(), each.family, self.http_factory))
            each.close()  # Twisted has a descriptor of its own, and closes that one when it stops listening
        super()._ready()
        asyncio.get_event_loop().call_soon(self.ready)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Daphne says of a request that TLS ended here, of a WebSocket it does not."""
        if isinstance(protocol, WebSocketProtocol) and ISSLTransport.providedBy(protocol.transport):
            scope["scheme"] = "wss"
        return super().create_application(protocol, scope)
