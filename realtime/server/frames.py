"""Encodes frames of RFC 6455, plain or compressed (RFC 7692), once for all their readers. The module is pure.

A server does not mask its frames (RFC 6455 5.1), and keeps nothing between messages (RFC 7692 7.1.1). The same bytes
therefore serve every client that negotiated the same.
"""

import zlib
from collections.abc import Sequence
from typing import Final

TEXT: Final = 0x81
"""FIN and opcode 1 (RFC 6455 5.2)."""
COMPRESSED: Final = 0x40
"""RSV1 (RFC 7692 6)."""
MIN_DEFLATED_BYTES: Final = 300
"""A smaller frame is sent plain: compression would save less than a packet and cost more than a write."""
LEVEL, WINDOW_BITS, MEMORY_LEVEL = 3, 12, 5
"""Small tables: creating zlib's largest takes ten times as long as compressing a message, and saves 2 %."""
TAIL: Final = b"\x00\x00\xff\xff"  # RFC 7692 7.2.1: not sent

MAX_REASON_BYTES: Final = 123


class EncodedFrames:
    """Frames that are sent together. Servers that frame messages themselves take `texts`."""

    __slots__ = ("_compressed", "_plain", "_sizes", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts: Sequence[str] = texts
        self._plain = self._compressed = b""
        self._sizes: Sequence[int] = ()

    @property
    def size(self) -> int:
        """Return the number of plain bytes of all frames."""
        return len(self.plain)

    @property
    def sizes(self) -> Sequence[int]:
        """Return the number of bytes of each of `texts`; counted once for all readers."""
        if not self._sizes:
            self._sizes = tuple(map(size_of, self.texts))
        return self._sizes

    @property
    def plain(self) -> bytes:
        """Return all frames, encoded at the first call."""
        if not self._plain:
            self._plain = b"".join(map(frame, self.texts))
        return self._plain

    @property
    def compressed(self) -> bytes:
        """Return all frames for clients that have negotiated permessage-deflate, encoded at the first call."""
        if not self._compressed:
            self._compressed = b"".join(map(compressed_frame, self.texts))
        return self._compressed


def size_of(text: str) -> int:
    """Return the number of bytes in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def frame(text: str) -> bytes:
    """Return one whole text frame."""
    return _frame(TEXT, text.encode())


def compressed_frame(text: str) -> bytes:
    """Return one whole text frame, compressed if it is large enough."""
    payload = text.encode()
    if len(payload) < MIN_DEFLATED_BYTES:
        return _frame(TEXT, payload)
    return _frame(TEXT | COMPRESSED, deflate(payload))


def deflate(payload: bytes) -> bytes:
    """Return the payload of one compressed frame, which is sent with RSV1."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def reason_bytes(reason: str) -> bytes:
    """Return as much of the reason as a close frame holds, cut between two characters.

    A control frame carries 125 bytes (RFC 6455 5.5), and two of them are the code (5.5.1).
    """
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore").encode()


def _frame(first: int, payload: bytes) -> bytes:
    """Return opcode, length and payload (RFC 6455 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2) + payload
    return bytes((first, 127)) + size.to_bytes(8) + payload
