"""Daphne's server with its limits set, a deep listen queue, and a drain before it stops."""

import asyncio
import gc
import logging
import math
import signal
import socket
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from daphne.server import Server as DaphneServer  # first: it chooses Twisted's reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ISSLTransport
from twisted.python.failure import Failure

from realtime.server import accept_throttle
from realtime.server.debug_formatting import skip_debug_formatting
from realtime.server.deflate import accept
from realtime.server.handshake import HandshakeError, check_handshake
from realtime.server.http import Channel, OverCapacity, Request
from realtime.server.processes import file_limit
from realtime.server.processes.drain import drain
from realtime.server.processes.sockets import BACKLOG
from realtime.server.websocket import CLOSE_TIMEOUT_S, WebSocketProtocol

logger = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 256 * 1024  # the session refuses what is above 64 KiB with a reason
REQUEST_BUFFER_BYTES = 64 * 1024  # a body reaches the application in pieces of this size; daphne's are 8 KiB
OPTIONS: dict[str, float] = {  # defaults
    "websocket_timeout": math.inf,  # no close after a day
    "websocket_handshake_timeout": 0,  # autobahn drops the connection; our protocol answers 503
    "websocket_connect_timeout": 20,
    "websocket_max_message_size": MAX_MESSAGE_BYTES,
    "websocket_max_frame_size": MAX_MESSAGE_BYTES,
    "ping_interval": 25,  # for silent clients of other applications: the session has a heartbeat of its own
    "ping_timeout": 20,
}


class Server(DaphneServer):
    """Listens on `endpoints` and on open `sockets`, and calls `ready(addresses)` once it accepts connections.

    `run` raises SystemExit where it cannot listen.
    """

    drain_timeout_s = 19.0
    """The drain hooks have this time."""
    finish_timeout_s = 5.0
    """The connections still open after the drain have this time to end."""

    def __init__(
        self,
        application: Any,
        endpoints: Iterable[str],
        ready: Callable[[list[tuple[str, int]]], object] | None = None,
        deflate: bool = False,
        sockets: Iterable[socket.socket] = (),
        **options: Any,
    ) -> None:
        own = [_with_backlog(endpoint) for endpoint in endpoints]
        super().__init__(application, own or ["none"], ready_callable=self._ready, **OPTIONS | options)
        self.request_buffer_size = REQUEST_BUFFER_BYTES
        self.endpoints = own  # daphne's constructor ends the process when it gets none
        self.sockets = list(sockets)
        self.ready, self.deflate = ready, deflate
        self.ports: list[Any] = []
        self.listen_failure: BaseException | None = None
        self.leaving = False
        self.connection_count = self.rejected_count = 0
        """Connections of any protocol, and connections over the limit that are being answered 503."""

    def run(self) -> None:
        super().run()
        if self.listen_failure:
            raise SystemExit(str(self.listen_failure))

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        accept_throttle.add_port(port)
        self.ports.append(port)

    def listen_error(self, failure: Failure) -> None:
        self.listen_failure = failure.value
        self.stop()

    def _ready(self) -> None:
        """Set up the protocols. Daphne calls this after it listens, before it lets the first connection in."""
        self._adopt_sockets()
        self.max_connections = file_limit.max_connections()
        gc.collect()
        gc.freeze()  # the garbage collector need not look at the modules, which stay
        self.http_factory.protocol = Channel
        self.http_factory.buildProtocol = partial(self._build_protocol, self.http_factory.buildProtocol)
        skip_debug_formatting()
        self.ws_factory.protocol = WebSocketProtocol
        self.ws_factory.setProtocolOptions(
            allowNullOrigin=True,  # lost if not repeated
            versions=[13],
            failByDrop=False,
            echoCloseCodeReason=True,
            closeHandshakeTimeout=CLOSE_TIMEOUT_S,
            perMessageCompressionAccept=accept if self.deflate else None,
        )
        if self.ready:
            asyncio.get_event_loop().call_soon(self.ready, self.listening_addresses)  # once signals are handled

    def _adopt_sockets(self) -> None:
        from twisted.internet import reactor  # not before daphne has chosen one

        for listener in self.sockets:
            listener.setblocking(False)
            self.listen_success(reactor.adoptStreamPort(listener.fileno(), listener.family, self.http_factory))
            listener.close()  # Twisted has a copy of the descriptor, and closes that when it stops listening

    def _build_protocol(self, build: Callable[[Any], Any], address: Any) -> Any:
        """Return the protocol of a new connection, or None to hang up."""
        if self.connection_count < self.max_connections:
            channel = build(address)
            channel.requestFactory = Request
            return channel
        if self.rejected_count >= file_limit.RESERVED_FILES // 2:
            return None
        self.rejected_count += 1
        return OverCapacity(self._rejected_connection_lost)

    def _rejected_connection_lost(self) -> None:
        self.rejected_count -= 1

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = self.root_path  # daphne takes it from the client's header `Daphne-Root-Path`
        if not isinstance(protocol, WebSocketProtocol):
            return super().create_application(protocol, scope)
        if ISSLTransport.providedBy(protocol.transport):
            scope["scheme"] = "wss"  # daphne sets the scheme of HTTP requests only
        scope["asgi"] = {"version": "3.0", "spec_version": "2.5"}
        scope["extensions"] = {"parlor": protocol.extension, "websocket.http.response": {}}
        inbox, send = protocol.inbox, partial(self.handle_reply, protocol)
        instance = asyncio.ensure_future(self.application(scope=scope, receive=inbox.get, send=send))
        self.connections[protocol]["application_instance"] = instance
        instance.add_done_callback(partial(self._application_ended, protocol))
        return inbox

    def _application_ended(self, protocol: WebSocketProtocol, instance: "asyncio.Future[None]") -> None:
        """Close the connection at once. Daphne looks once a second, and leaves it open after a normal return."""
        details = self.connections.get(protocol, {})
        details.pop("application_instance", None)
        if instance.cancelled():
            return
        if error := instance.exception():
            logger.error("Exception inside application: %s", error, exc_info=error)
        if "disconnected" not in details:
            protocol.application_ended(error)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Pass a message of the application on, and wait for a slow reader: nothing is kept without bound."""
        await super().handle_reply(protocol, message)
        if message["type"] in {"websocket.send", "http.response.body"} and protocol.writable:
            await asyncio.wait([protocol.writable])

    def handshake_error(self, request: Request) -> HandshakeError | None:
        """Return why a request cannot open a WebSocket, before anything is created for it."""
        if self.leaving:
            return HandshakeError(503, "The server is restarting. Please try again.", ((b"retry-after", b"5"),))
        return check_handshake(request.method, request.clientproto, request.requestHeaders)

    # Shutting down

    def kill_all_applications(self) -> Deferred[None]:
        return Deferred.fromFuture(asyncio.ensure_future(self._shut_down()))

    async def _shut_down(self) -> None:
        self.leaving = True
        if self.signal_handlers:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C does not wait
        for port in self.ports:
            accept_throttle.remove_port(port)
            port.stopListening()
        await drain(self.drain_timeout_s)
        self._close_websockets()
        await self._wait_for_applications(self.finish_timeout_s)
        for application in self._running_applications():
            application.cancel()
        await self._wait_for_applications(1)

    def _close_websockets(self) -> None:
        for protocol, details in self.connections.items():
            if isinstance(protocol, WebSocketProtocol) and "disconnected" not in details:
                protocol.close_for_restart()

    async def _wait_for_applications(self, timeout_s: float) -> None:
        if applications := self._running_applications():
            await asyncio.wait(applications, timeout=timeout_s)

    def _running_applications(self) -> list[asyncio.Future[None]]:
        """Return the tasks still running. A request that has not arrived completely has none."""
        instances = (details.get("application_instance") for details in self.connections.values())
        return [instance for instance in instances if instance and not instance.done()]


def _with_backlog(endpoint: str) -> str:
    deep = endpoint.startswith(("tcp:", "ssl:", "unix:")) and ":backlog=" not in endpoint
    return f"{endpoint}:backlog={BACKLOG}" if deep else endpoint
