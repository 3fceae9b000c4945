"""One HTTP request. A body larger than any form is refused before it is read: daphne would keep it all."""

from collections.abc import Callable
from typing import Any, Final

from daphne.http_protocol import WebRequest
from twisted.web.http import HTTPChannel

from realtime.server.handshake import Refusal

LARGEST_BODY: Final = 1024 * 1024
REFUSAL: Final = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


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
        self.channel.transport.write(REFUSAL)
        self.channel.loseConnection()


class Channel(HTTPChannel):
    """One connection, as long as it speaks HTTP."""

    transport: Any

    def rawDataReceived(self, data: bytes) -> None:
        """What comes in one piece with a request to open a WebSocket belongs to that."""
        if self.transport.protocol is self:
            super().rawDataReceived(data)
        else:
            self.transport.protocol.dataReceived(data)


def bounded(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The factory's `buildProtocol`, with our requests."""

    def build_bounded(address: Any) -> Any:
        protocol = build(address)
        protocol.requestFactory = Request
        return protocol

    return build_bounded
