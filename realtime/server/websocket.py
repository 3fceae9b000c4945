"""One WebSocket. The only module that touches private attributes of Twisted and autobahn."""

from typing import Any

from autobahn.websocket.protocol import WebSocketProtocol as Wire
from daphne.ws_protocol import WebSocketProtocol as DaphneProtocol

TEXT, BINARY = 1, 2  # RFC 6455 5.2: opcodes
REASON_BYTES = 123  # RFC 6455 5.5: a control frame carries 125 bytes, two of them the code


class WebSocketProtocol(DaphneProtocol):
    """Sends what daphne drops: empty frames, frames above the limit for incoming ones, reasons and any close code."""

    def handle_reply(self, message: dict[str, Any]) -> None:
        connecting = self.state == self.STATE_CONNECTING
        if message["type"] == "websocket.send" and not connecting:
            self._send(message.get("text"), message.get("bytes"))
        elif message["type"] == "websocket.close" and not connecting:
            self._close(message.get("code") or 1000, message.get("reason") or "")
        else:
            super().handle_reply(message)

    def _send(self, text: str | None, data: bytes | None) -> None:
        """Frames after a close are dropped: the application learns of the close by its own message."""
        if (text is None) == (data is None):
            raise ValueError("websocket.send needs text or bytes")
        if self.state == self.STATE_OPEN:
            self.sendFrame(*((BINARY, data) if text is None else (TEXT, text.encode())))

    def _close(self, code: int, reason: str) -> None:
        if code not in Wire.CLOSE_STATUS_CODES_ALLOWED and not 3000 <= code <= 4999:
            raise ValueError(f"{code} is not a close code")
        self.sendCloseFrame(code, reason.encode()[:REASON_BYTES].decode(errors="ignore").encode())
