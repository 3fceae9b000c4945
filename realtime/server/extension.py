"""The ASGI extension `scope["extensions"]["parlor"]`. Like websocket.py it uses private names of Twisted."""

import contextlib
from collections.abc import Callable

from autobahn.websocket.protocol import WebSocketProtocol as AutobahnProtocol
from daphne.ws_protocol import WebSocketProtocol as DaphneProtocol
from twisted.internet import tcp

Send = Callable[[bytes], int]


class Extension:
    """Writes whole frames of one WebSocket to its socket at once; Twisted sends later what the socket does not take.

    While Twisted has buffered data, everything goes through Twisted, so that no frame is split by another.
    """

    def __init__(self, protocol: DaphneProtocol) -> None:
        self._protocol = protocol
        self._outer = self._transport = transport = protocol.transport
        self._send: Send | None = None
        self.on_blocked: Callable[[], None] = lambda: None
        """Called when data begins to be buffered, and when nothing may follow: `fast_send` is invalid from then on."""
        if isinstance(transport, tcp.Connection):
            self._send = transport.socket.send
        else:  # TLS makes its records above the connection
            self._transport = transport.transport

    @property
    def deflates(self) -> bool:
        """Tell whether the client has negotiated compression, which is known once the handshake is accepted."""
        return self._protocol._perMessageCompress is not None

    def unsent(self) -> int:
        """Return how many bytes have been written that the kernel has not taken yet."""
        transport = self._transport
        unsent: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return unsent

    def fast_send(self) -> Send | None:
        """Return the socket's `send` for plain frames while nothing is buffered. Give `write_data` what it leaves."""
        if self.deflates or self._protocol.state != AutobahnProtocol.STATE_OPEN or self._has_buffered():
            return None
        return self._send

    def write(self, frames: bytes, most: int | None = None) -> bool:
        """Send whole frames. Return False, and send nothing, if more than `most` bytes would then be buffered."""
        if self._protocol.state != AutobahnProtocol.STATE_OPEN:
            return True  # nothing follows a close, which the application receives as a message
        if most is not None and self._has_buffered() and self.unsent() + len(frames) > most:
            return False
        self.write_data(frames)
        return True

    def write_data(self, data: bytes) -> None:
        """Send the bytes that come next on the connection, which may be a part of a frame."""
        if self._send and not self._has_buffered():
            with contextlib.suppress(OSError):  # the buffer is full, or the connection is lost, which Twisted reports
                data = data[self._send(data) :]
        if data:
            self.on_blocked()
            self._outer.write(data)

    def _has_buffered(self) -> bool:
        return bool(self._transport._tempDataBuffer or self._transport.dataBuffer)

    def close(self, code: int, reason: str) -> None:
        self._protocol.handle_reply({"type": "websocket.close", "code": code, "reason": reason})

    def pause(self) -> None:
        """Stop reading the connection until `resume`, its pings and its close included: the client must wait."""
        self._protocol.transport.pauseProducing()

    def resume(self) -> None:
        self._protocol.transport.resumeProducing()
