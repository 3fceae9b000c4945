"""Split one direction of a connection into the HTTP head and frames (RFC 6455), for a proxy to pass on whole."""

from collections.abc import Iterator
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"
TEXT = 0x81


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes as received; `text` is the payload of an unfragmented text frame."""

    raw: bytes
    text: bytes | None = None


class Stream:
    """Feed it what was read; it gives what is whole. What is no WebSocket passes as it comes."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._understood = True
        self._in_head = True

    def feed(self, data: bytes) -> Iterator[Piece]:
        self._buffer += data
        while piece := self._next():
            yield piece

    def _next(self) -> Piece | None:
        if self._in_head:
            return self._head()
        if not self._understood:
            return Piece(self._take(len(self._buffer))) if self._buffer else None
        return self._frame()

    def _head(self) -> Piece | None:
        end = self._buffer.find(HEAD_END)
        if end < 0:
            return None
        head = self._take(end + len(HEAD_END))
        self._in_head = False
        self._understood = b"upgrade: websocket" in head.lower()
        return Piece(head)

    def _frame(self) -> Piece | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 0x7F, 2
        if length > 125:
            start += 2 if length == 126 else 8
            length = int.from_bytes(buffer[2:start], "big")
        mask = bytes(buffer[start : start + 4]) if buffer[1] & 0x80 else b""
        start += 4 if buffer[1] & 0x80 else 0
        if len(buffer) < start + length:
            return None
        raw = self._take(start + length)
        return Piece(raw, unmasked(raw[start:], mask) if raw[0] == TEXT else None)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def unmasked(payload: bytes, mask: bytes) -> bytes:
    if not mask:
        return payload
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")
