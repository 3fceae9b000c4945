"""The server: daphne's, with its limits set, a deep listen queue, and a drain before it leaves."""

import asyncio
import gc
import logging
import math
import signal
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from daphne.server import Server as DaphneServer  # first: it chooses Twisted's reactor
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from realtime.server import accept_throttle, file_limit
from realtime.server.debug_formatting import quieten
from realtime.server.deflate import accept
from realtime.server.drain import drain
from realtime.server.handshake import Refusal, refusal
from realtime.server.http import Channel, OverCapacity, Request
from realtime.server.sockets import BACKLOG
from realtime.server.websocket import FAREWELL_S, WebSocketProtocol

logger = logging.getLogger(__name__)

LARGEST_MESSAGE = 256 * 1024  # bytes in; what comes above 64 KiB gets a reason from the session
OPTIONS: dict[str, float] = {  # unless something else is asked for
    "websocket_timeout": math.inf,  # no close after a day
    "websocket_handshake_timeout": 0,  # autobahn's drops the line; the protocol's own answers 503
    "websocket_connect_timeout": 20,
    "websocket_max_message_size": LARGEST_MESSAGE,
    "websocket_max_frame_size": LARGEST_MESSAGE,
    "ping_interval": 25,  # only for silent clients of other applications: the session has a heartbeat of its own
    "ping_timeout": 20,
}


class Server(DaphneServer):
    """Calls `listening(host, port)` for each address once it is open. `run` ends in SystemExit where none can be."""

    drain_seconds = 19.0  # for the application to say goodbye
    finish_seconds = 5.0  # for what is still open after that

    def __init__(
        self,
        application: Any,
        endpoints: Iterable[str],
        listening: Callable[[str, int], None] | None = None,
        deflate: bool = False,
        **options: Any,
    ) -> None:
        deep = [_with_backlog(endpoint) for endpoint in endpoints]
        super().__init__(application, deep, ready_callable=self._ready, **OPTIONS | options)
        self.listening, self.deflate = listening, deflate
        self.ports: list[Any] = []
        self.refusal: BaseException | None = None
        self.leaving = False
        self.lines = self.turned_away = 0
        """connections, whatever they speak, and those beyond the limit that are just being told so"""

    def run(self) -> None:
        super().run()
        if self.refusal:
            raise SystemExit(str(self.refusal))

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        accept_throttle.added(port)
        self.ports.append(port)

    def listen_error(self, failure: Failure) -> None:
        self.refusal = failure.value
        self.stop()

    def _ready(self) -> None:
        """Daphne makes the factory and listens, calls this, and only then lets the first connection in."""
        self.most_lines = file_limit.connections()
        gc.collect()
        gc.freeze()  # what is loaded stays: no search for garbage goes through it
        self.http_factory.protocol = Channel
        self.http_factory.buildProtocol = partial(self._connected, self.http_factory.buildProtocol)
        quieten()
        self.ws_factory.protocol = WebSocketProtocol
        self.ws_factory.setProtocolOptions(
            allowNullOrigin=True,  # lost if not repeated
            versions=[13],
            failByDrop=False,
            echoCloseCodeReason=True,
            closeHandshakeTimeout=FAREWELL_S,
            perMessageCompressionAccept=accept if self.deflate else None,
        )
        if self.listening:
            for address in self.listening_addresses:
                asyncio.get_event_loop().call_soon(self.listening, *address)  # once signals are handled

    def _connected(self, build: Callable[[Any], Any], address: Any) -> Any:
        """The protocol of a new connection; None hangs up."""
        if self.lines < self.most_lines:
            channel = build(address)
            channel.requestFactory = Request
            return channel
        if self.turned_away >= file_limit.LEAST_KEPT // 2:
            return None
        self.turned_away += 1
        return OverCapacity(self._turned_away)

    def _turned_away(self) -> None:
        self.turned_away -= 1

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = self.root_path  # and not what a client put into `Daphne-Root-Path`
        if not isinstance(protocol, WebSocketProtocol):
            return super().create_application(protocol, scope)
        scope["asgi"] = {"version": "3.0", "spec_version": "2.5"}
        scope["extensions"] = {"parlor": protocol.extension, "websocket.http.response": {}}
        inbox, send = protocol.inbox, partial(self.handle_reply, protocol)
        instance = asyncio.ensure_future(self.application(scope=scope, receive=inbox.get, send=send))
        self.connections[protocol]["application_instance"] = instance
        instance.add_done_callback(partial(self._ended, protocol))
        return inbox

    def _ended(self, protocol: WebSocketProtocol, instance: "asyncio.Future[None]") -> None:
        """At once: daphne looks once a second, and leaves a connection open that nobody reads any more."""
        details = self.connections.get(protocol, {})
        details.pop("application_instance", None)
        if instance.cancelled():
            return
        if error := instance.exception():
            logger.error("Exception inside application: %s", error, exc_info=error)
        if "disconnected" not in details:
            protocol.ended(error)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """An application that sends to a WebSocket waits for its reader: nothing is kept without bound."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send" and protocol.behind:
            await asyncio.wait([protocol.behind])

    def refusal_of(self, request: Request) -> Refusal | None:
        """Why a request opens no WebSocket here; asked before anything is made for it."""
        if self.leaving:
            return Refusal(503, "The server is leaving; another one comes.", ((b"retry-after", b"5"),))
        return refusal(request.method, request.clientproto, request.requestHeaders)

    # Leaving

    def kill_all_applications(self) -> Deferred[None]:
        return Deferred.fromFuture(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        self.leaving = True
        if self.signal_handlers:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C does not wait
        for port in self.ports:
            accept_throttle.closed(port)
            port.stopListening()
        await drain(self.drain_seconds)
        self._close_websockets()
        await self._wait_for_applications(self.finish_seconds)
        for application in self._applications():
            application.cancel()
        await self._wait_for_applications(1)

    def _close_websockets(self) -> None:
        for protocol, details in self.connections.items():
            if isinstance(protocol, WebSocketProtocol) and "disconnected" not in details:
                protocol.leave()

    async def _wait_for_applications(self, seconds: float) -> None:
        if applications := self._applications():
            await asyncio.wait(applications, timeout=seconds)

    def _applications(self) -> list[asyncio.Future[None]]:
        """Those still running. A request that has not come in whole has none."""
        every = (details.get("application_instance") for details in self.connections.values())
        return [application for application in every if application and not application.done()]


def _with_backlog(endpoint: str) -> str:
    deep = endpoint.startswith(("tcp:", "ssl:", "unix:")) and ":backlog=" not in endpoint
    return f"{endpoint}:backlog={BACKLOG}" if deep else endpoint
