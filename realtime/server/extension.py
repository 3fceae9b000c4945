"""`scope["extensions"]["parlor"]`: what ASGI has no word for. Like websocket.py it touches private names."""

from typing import TYPE_CHECKING

from autobahn.websocket.protocol import WebSocketProtocol as Wire
from twisted.internet import tcp

if TYPE_CHECKING:
    from realtime.server.websocket import WebSocketProtocol


class Extension:
    """The wire of one WebSocket. Whole frames go to the socket at once; what it does not take, Twisted sends later.

    So no frame is ever split by another: while something of Twisted's waits, all goes the way of Twisted.
    """

    def __init__(self, protocol: "WebSocketProtocol") -> None:
        self._protocol = protocol
        self._outer = self._transport = transport = protocol.transport
        self._send = None
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

    def write(self, frames: bytes, most: int | None = None) -> bool:
        """Send whole frames; False, and nothing sent, where others wait and more than `most` bytes would."""
        if self._protocol.state != Wire.STATE_OPEN:
            return True  # nothing follows a close; the application learns of it by its own message
        transport = self._transport
        if transport._tempDataBuffer or transport.dataBuffer:
            if most is not None and self.unsent() + len(frames) > most:
                return False
        elif self._send:
            try:
                sent = self._send(frames)
            except BlockingIOError:
                sent = 0
            except OSError:  # it is gone: Twisted finds out, and says so
                sent = 0
            if sent == len(frames):
                return True
            frames = frames[sent:]
        self._outer.write(frames)
        return True

    def close(self, code: int, reason: str) -> None:
        self._protocol.handle_reply({"type": "websocket.close", "code": code, "reason": reason})

    def pause(self) -> None:
        """Read no more of this connection, its close and its pings included, until `resume`: who writes must wait."""
        self._protocol.transport.pauseProducing()

    def resume(self) -> None:
        self._protocol.transport.resumeProducing()
