"""HTTP: a request has a time and a size to come in, and a connection a place. Daphne would wait, and keep all of it."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from daphne.http_protocol import WebRequest
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.http import HTTPChannel

from realtime.server.handshake import Refusal, response

LARGEST_BODY: Final = 1024 * 1024
LINGER_S: Final = 2
"""for a client to stop sending and read why it was refused"""
LATE: Final = response(408, b"The request took too long to come in.\n")
LONG: Final = response(431, b"A line of the request is longer than 16 KiB.\n")
TOO_LARGE: Final = response(413, b"The body is larger than any form here.\n")
FOLDED: Final = response(400, b"A header line begins with white space (RFC 9112 5.2).\n")
HOSTS: Final = response(400, b"A request has one header Host (RFC 9112 3.2).\n")
CROWDED: Final = response(503, b"The server is full; try again in a while.\n", [(b"retry-after", b"10")])


def say_and_hang_up(protocol: Any, answer: bytes) -> None:
    """Whatever still comes is thrown away for a moment: to close with unread bytes would take the answer back."""
    transport = protocol.transport
    protocol.dataReceived = lambda data: None
    transport.unregisterProducer()
    transport.resumeProducing()
    transport.write(answer)
    transport.loseWriteConnection()
    asyncio.get_running_loop().call_later(LINGER_S, transport.abortConnection)


class Request(WebRequest):
    """Counts its body, whether or not its length was told (RFC 9110 15.5.14)."""

    refused = False
    taken = 0

    def gotLength(self, length: int | None) -> None:
        super().gotLength(0 if length and length > LARGEST_BODY else length)
        if length and length > LARGEST_BODY:
            self._refuse()

    def handleContentChunk(self, data: bytes) -> None:
        self.taken += len(data)
        if self.taken > LARGEST_BODY and not self.refused:
            self._refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def process(self) -> Any:
        """A request to open a WebSocket that is none is answered here (RFC 6455 4.2.2)."""
        upgrade = self.requestHeaders.getRawHeaders(b"upgrade", [b""])[0]
        if upgrade.lower() == b"websocket" and (refusal := self.server.refusal_of(self)):
            return self._answer(refusal)
        return super().process()

    def _answer(self, refusal: Refusal) -> None:
        body = f"{refusal.sentence}\n".encode()
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        start = {"type": "http.response.start", "status": refusal.status, "headers": [*headers, *refusal.headers]}
        self.handle_reply(start)
        self.handle_reply({"type": "http.response.body", "body": body})

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self.refused:
            super().requestReceived(command, path, version)

    def _refuse(self) -> None:
        self.refused = True
        say_and_hang_up(self.channel, TOO_LARGE)


class Channel(HTTPChannel):
    """One connection, as long as it speaks HTTP."""

    head_s = 10.0
    """for a request's line and headers, from its first byte"""
    body_s = 30.0
    transport: Any
    _deadline: Any = None

    def connectionMade(self) -> None:
        self.factory.server.lines += 1
        super().connectionMade()  # type: ignore[no-untyped-call]

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._expect_nothing()
        self.factory.server.lines -= 1
        super().connectionLost(reason)  # type: ignore[no-untyped-call]

    def dataReceived(self, data: bytes) -> None:
        if not self.requests and not self._deadline:
            self._expect_within(self.head_s)
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def lineReceived(self, line: bytes) -> None:
        """Twisted would join a folded header line to the one before it."""
        if line[:1] in (b" ", b"\t"):
            self._refuse(FOLDED)
        else:
            super().lineReceived(line)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:
        say_and_hang_up(self, LONG)

    def allHeadersReceived(self) -> None:
        self._expect_within(self.body_s)
        super().allHeadersReceived()  # type: ignore[no-untyped-call]
        request = self.requests[-1]
        hosts = len(request.requestHeaders.getRawHeaders(b"host", []))
        if hosts > 1 or (not hosts and self._version == b"HTTP/1.1"):
            request.refused = True
            self._refuse(HOSTS)

    def allContentReceived(self) -> None:
        self._expect_nothing()
        super().allContentReceived()  # type: ignore[no-untyped-call]

    def rawDataReceived(self, data: bytes) -> None:
        """What comes in one piece with a request to open a WebSocket belongs to that."""
        if self.transport.protocol is self:
            super().rawDataReceived(data)
        else:
            self.transport.protocol.dataReceived(data)

    def _refuse(self, answer: bytes) -> None:
        """Answer and hang up. The rest of what has come in is not looked at."""
        self._expect_nothing()
        for method in ("lineReceived", "rawDataReceived"):
            setattr(self, method, lambda data: None)
        say_and_hang_up(self, answer)

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = asyncio.get_running_loop().call_later(seconds, say_and_hang_up, self, LATE)

    def _expect_nothing(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = None


class OverCapacity(Protocol):
    """A connection too many: it is told so once it has said something, and those that are here do not notice."""

    transport: Any

    def __init__(self, left: Callable[[], None]) -> None:
        self._left = left

    def connectionMade(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(LINGER_S, self.transport.abortConnection)

    def dataReceived(self, data: bytes) -> None:
        say_and_hang_up(self, CROWDED)

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._timer.cancel()
        self._left()
