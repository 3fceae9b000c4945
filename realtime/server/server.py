"""The server: daphne's, with its limits set, a deep listen queue, and a drain before it leaves."""

import asyncio
import signal
from collections.abc import Callable, Iterable
from typing import Any

from daphne.server import Server as DaphneServer  # first: it chooses Twisted's reactor
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from realtime.server.drain import drain
from realtime.server.extension import Extension
from realtime.server.http import bounded
from realtime.server.websocket import WebSocketProtocol

BACKLOG = 4096  # connections the kernel may hold ready: a restart brings everybody back at once
LARGEST_MESSAGE = 256 * 1024  # bytes in; what comes above 64 KiB gets a reason from the session
OPTIONS = {
    "websocket_timeout": -1,  # no close after a day
    "websocket_handshake_timeout": 20,
    "websocket_max_message_size": LARGEST_MESSAGE,
    "websocket_max_frame_size": LARGEST_MESSAGE,
    "ping_interval": 25,  # only for silent clients of other applications: the session has a heartbeat of its own
    "ping_timeout": 20,  # shorter than the interval: a second ping would orphan the timer of the first
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
        **options: Any,
    ) -> None:
        deep = [_with_backlog(endpoint) for endpoint in endpoints]
        super().__init__(application, deep, ready_callable=self._ready, **options | OPTIONS)
        self.listening = listening
        self.ports: list[Any] = []
        self.refusal: BaseException | None = None

    def run(self) -> None:
        super().run()
        if self.refusal:
            raise SystemExit(str(self.refusal))

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        self.ports.append(port)

    def listen_error(self, failure: Failure) -> None:
        self.refusal = failure.value
        self.stop()

    def _ready(self) -> None:
        """Daphne makes the factory and listens, calls this, and only then lets the first connection in."""
        self.http_factory.buildProtocol = bounded(self.http_factory.buildProtocol)
        self.ws_factory.protocol = WebSocketProtocol
        self.ws_factory.setProtocolOptions(allowNullOrigin=True, failByDrop=False)  # the first is lost if not repeated
        if self.listening:
            for address in self.listening_addresses:
                asyncio.get_event_loop().call_soon(self.listening, *address)  # once signals are handled

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = self.root_path  # and not what a client put into `Daphne-Root-Path`
        if isinstance(protocol, WebSocketProtocol):
            scope["extensions"] = {"parlor": Extension(protocol)}
        return super().create_application(protocol, scope)

    # Leaving

    def kill_all_applications(self) -> Deferred[None]:
        return Deferred.fromFuture(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        if self.signal_handlers:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C does not wait
        for port in self.ports:
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
                protocol.handle_reply({"type": "websocket.close", "code": 1012, "reason": "restart"})

    async def _wait_for_applications(self, seconds: float) -> None:
        if applications := self._applications():
            await asyncio.wait(applications, timeout=seconds)

    def _applications(self) -> list[asyncio.Future[None]]:
        """Those still running. A request that has not come in whole has none."""
        every = (details.get("application_instance") for details in self.connections.values())
        return [application for application in every if application and not application.done()]


def _with_backlog(endpoint: str) -> str:
    return f"{endpoint}:backlog={BACKLOG}" if endpoint.startswith("tcp:") and ":backlog=" not in endpoint else endpoint
