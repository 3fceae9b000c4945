"""HTTP with bounds: a time and a size for each request, and a limit of connections. Daphne has none of them."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from daphne.http_protocol import WebRequest
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.http import HTTPChannel

from realtime.server.handshake import HandshakeError, response

MAX_BODY_BYTES: Final = 1024 * 1024
MIN_PROGRESS_BYTES: Final = 16 * 1024
"""A PATCH, a chunk of an upload, has another `body_timeout_s` when so many bytes came in the last one."""
LINGER_S: Final = 2
"""A client has this time to stop sending and to read the error response."""
REQUEST_TIMEOUT: Final = response(408, b"The request took too long to come in.\n")
HEADERS_TOO_LARGE: Final = response(431, b"A line of the request is longer than 16 KiB.\n")
BODY_TOO_LARGE: Final = response(413, b"The body is larger than any form here.\n")
FOLDED_HEADER: Final = response(400, b"A header line begins with white space (RFC 9112 5.2).\n")
WRONG_HOST: Final = response(400, b"A request has one header Host (RFC 9112 3.2).\n")
OVER_CAPACITY: Final = response(503, b"The server is full; try again in a while.\n", [(b"retry-after", b"10")])


def respond_and_close(protocol: Any, answer: bytes) -> None:
    """Write the response and discard what still arrives: closing with unread bytes would reset the connection."""
    transport = protocol.transport
    protocol.dataReceived = lambda data: None
    transport.unregisterProducer()
    transport.resumeProducing()
    transport.write(answer)
    transport.loseWriteConnection()
    asyncio.get_running_loop().call_later(LINGER_S, transport.abortConnection)


class Request(WebRequest):
    """Limits the body's size, with or without a Content-Length (RFC 9110 15.5.14)."""

    failed = False
    body_bytes = 0
    writable: "asyncio.Future[None] | None" = None
    """A future while the client reads more slowly than the application sends."""
    producer: Any = None

    def gotLength(self, length: int | None) -> None:
        super().gotLength(0 if length and length > MAX_BODY_BYTES else length)
        if length and length > MAX_BODY_BYTES:
            self._fail()

    def handleContentChunk(self, data: bytes) -> None:
        self.body_bytes += len(data)
        if self.body_bytes > MAX_BODY_BYTES and not self.failed:
            self._fail()
        if not self.failed:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """Answer an invalid WebSocket handshake here (RFC 6455 4.2.2), and pass on everything else."""
        upgrade = self.requestHeaders.getRawHeaders(b"upgrade", [b""])[0]
        if upgrade.lower() == b"websocket" and (error := self.server.handshake_error(self)):
            return self._answer(error)
        return super().process()

    def handle_reply(self, message: dict[str, Any]) -> None:
        """Send a part of the response. A response in parts learns from the transport when its buffer is full."""
        if message["type"] == "http.response.body" and not self.finished and self.channel:
            if message.get("more_body", False) and self.producer is None:
                self.registerProducer(Flow(self), True)
            elif not message.get("more_body", False) and self.producer is not None:
                self.unregisterProducer()
        super().handle_reply(message)

    def connectionLost(self, reason: Any) -> None:
        Flow(self).resumeProducing()
        super().connectionLost(reason)

    def _answer(self, error: HandshakeError) -> None:
        body = f"{error.sentence}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": error.status, "headers": [*headers, *error.headers]}
        self.handle_reply(start)
        self.handle_reply({"type": "http.response.body", "body": body})

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self.failed:
            super().requestReceived(command, path, version)

    def _fail(self) -> None:
        self.failed = True
        respond_and_close(self.channel, BODY_TOO_LARGE)


class Flow:
    """An `IPushProducer` for the transport: it tells the request whether its client keeps up."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def pauseProducing(self) -> None:
        if self._request.writable is None:
            self._request.writable = asyncio.get_running_loop().create_future()

    def resumeProducing(self) -> None:
        if (writable := self._request.writable) is not None:
            self._request.writable = None
            writable.set_result(None)

    stopProducing = resumeProducing


class Channel(HTTPChannel):
    """A connection while it speaks HTTP, with time limits."""

    headers_timeout_s = 10.0
    """The request line and the headers must arrive within this time, counted from the first byte."""
    body_timeout_s = 30.0
    transport: Any
    _timer: Any = None
    _body_bytes = 0

    def connectionMade(self) -> None:
        self.factory.server.connection_count += 1
        super().connectionMade()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._cancel_timeout()
        self.factory.server.connection_count -= 1
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:
        if not self.requests and not self._timer:
            self._set_timeout(self.headers_timeout_s)
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        """Reject a folded header line. Twisted would join it to the line before."""
        if line[:1] in (b" ", b"\t"):
            self._fail(FOLDED_HEADER)
        else:
            super().lineReceived(line)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:
        respond_and_close(self, HEADERS_TOO_LARGE)

    def allHeadersReceived(self) -> None:
        self._body_bytes = 0
        self._set_timeout(self.body_timeout_s, self._body_timed_out)
        super().allHeadersReceived()  # type: ignore[no-untyped-call]
        request = self.requests[-1]
        hosts = len(request.requestHeaders.getRawHeaders(b"host", []))
        if hosts > 1 or (not hosts and self._version == b"HTTP/1.1"):
            request.failed = True
            self._fail(WRONG_HOST)

    def allContentReceived(self) -> None:
        self._cancel_timeout()
        super().allContentReceived()  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:
        """Pass data that follows a handshake in the same packet to the WebSocket."""
        if self.transport.protocol is self:
            super().rawDataReceived(data)
        else:
            self.transport.protocol.dataReceived(data)

    def _fail(self, answer: bytes) -> None:
        """Respond, close, and ignore the rest of what has been read."""
        self._cancel_timeout()
        for method in ("lineReceived", "rawDataReceived"):
            setattr(self, method, lambda data: None)
        respond_and_close(self, answer)

    def _body_timed_out(self) -> None:
        """Give a chunk of an upload more time when it makes progress, because a phone may be slow."""
        received = self.requests[-1].body_bytes if self.requests else 0
        if self._command == b"PATCH" and received - self._body_bytes >= MIN_PROGRESS_BYTES:
            self._body_bytes = received
            self._set_timeout(self.body_timeout_s, self._body_timed_out)
        else:
            self._timed_out()

    def _timed_out(self) -> None:
        respond_and_close(self, REQUEST_TIMEOUT)

    def _set_timeout(self, timeout_s: float, timed_out: Callable[[], None] | None = None) -> None:
        self._cancel_timeout()
        self._timer = asyncio.get_running_loop().call_later(timeout_s, timed_out or self._timed_out)

    def _cancel_timeout(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None


class OverCapacity(Protocol):
    """A connection over the limit: it is answered 503 after its first bytes, and costs the others nothing."""

    transport: Any

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost

    def connectionMade(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LINGER_S, self.transport.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        respond_and_close(self, OVER_CAPACITY)

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._timer.cancel()
        self._on_lost()
