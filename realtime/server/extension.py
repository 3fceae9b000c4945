"""`scope["extensions"]["parlor"]`: what ASGI has no word for. Like websocket.py it touches private names."""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from autobahn.websocket.protocol import WebSocketProtocol as Wire
from twisted.internet import tcp

if TYPE_CHECKING:
    from realtime.server.websocket import WebSocketProtocol


Send = Callable[[bytes], int]


class Extension:
    """The wire of one WebSocket. Whole frames go to the socket at once; what it does not take, Twisted sends later.

    So no frame is ever split by another: while something of Twisted's waits, all goes the way of Twisted.
    """

    def __init__(self, protocol: "WebSocketProtocol") -> None:
        self._protocol = protocol
        self._outer = self._transport = transport = protocol.transport
        self._send: Send | None = None
        self.waits: Callable[[], None] = lambda: None
        """called when frames begin to wait, and when nothing more may follow: what `ready` gave must not be used"""
        if isinstance(transport, tcp.Connection):
            self._send = transport.socket.send
        else:  # TLS: records are made above the connection
            self._transport = transport.transport

    @property
    def deflates(self) -> bool:
        """Has it negotiated compression? Known once it is accepted."""
        return self._protocol.deflates

    def unsent(self) -> int:
        """Bytes written to the connection that the kernel has not taken yet."""
        transport = self._transport
        unsent: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
        return unsent

    def ready(self) -> Send | None:
        """The socket's own `send` for plain frames, where nothing waits; what it does not take goes to `put`."""
        if self.deflates or self._protocol.state != Wire.STATE_OPEN or self._pending():
            return None
        return self._send

    def write(self, frames: bytes, most: int | None = None) -> bool:
        """Send whole frames; False, and nothing sent, where others wait and more than `most` bytes would."""
        if self._protocol.state != Wire.STATE_OPEN:
            return True  # nothing follows a close; the application learns of it by its own message
        if most is not None and self._pending() and self.unsent() + len(frames) > most:
            return False
        self.put(frames)
        return True

    def put(self, data: bytes) -> None:
        """Whatever is next on the wire."""
        if self._send and not self._pending():
            with contextlib.suppress(OSError):  # full; or gone: Twisted finds out, and says so
                data = data[self._send(data) :]
        if data:
            self.waits()
            self._outer.write(data)

    def _pending(self) -> bool:
        return bool(self._transport._tempDataBuffer or self._transport.dataBuffer)

    def close(self, code: int, reason: str) -> None:
        self._protocol.handle_reply({"type": "websocket.close", "code": code, "reason": reason})

    def pause(self) -> None:
        """Read no more of this connection, its close and its pings included, until `resume`: who writes must wait."""
        self._protocol.transport.pauseProducing()

    def resume(self) -> None:
        self._protocol.transport.resumeProducing()
