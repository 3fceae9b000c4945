"""Frames of RFC 6455, plain or compressed by RFC 7692, made once for all who get them. Pure.

What a server sends is not masked (RFC 6455 5.1), and nothing is kept between messages (RFC 7692 7.1.1): so the same
bytes serve everybody who has negotiated the same.
"""

import zlib
from collections.abc import Sequence
from typing import Final

TEXT: Final = 0x81
"""FIN and opcode 1 (RFC 6455 5.2)"""
COMPRESSED: Final = 0x40
"""RSV1 (RFC 7692 6)"""
SMALLEST: Final = 300
"""bytes; below it a frame goes out plain: it would save less than a packet and cost more than a write"""
LEVEL, WINDOW_BITS, MEMORY_LEVEL = 3, 12, 5
"""small tables: to make zlib's largest takes ten times as long as to compress a line of talk, for 2 % less"""
TAIL: Final = b"\x00\x00\xff\xff"  # RFC 7692 7.2.1: not sent

REASON_BYTES: Final = 123


class EncodedFrames:
    """Frames that go out together. Servers that frame by themselves take `texts`."""

    __slots__ = ("_compressed", "_plain", "_sizes", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts: Sequence[str] = texts
        self._plain = self._compressed = b""
        self._sizes: Sequence[int] = ()

    @property
    def size(self) -> int:
        """Bytes of all that goes out, plain."""
        return len(self.plain)

    @property
    def sizes(self) -> Sequence[int]:
        """Bytes of each of `texts`; counted when first asked for, once for all who get them."""
        if not self._sizes:
            self._sizes = tuple(map(size_of, self.texts))
        return self._sizes

    @property
    def plain(self) -> bytes:
        """All frames, one after the other; made when it is first asked for."""
        if not self._plain:
            self._plain = b"".join(map(frame, self.texts))
        return self._plain

    @property
    def compressed(self) -> bytes:
        """The same for who has negotiated permessage-deflate."""
        if not self._compressed:
            self._compressed = b"".join(map(compressed_frame, self.texts))
        return self._compressed


def size_of(text: str) -> int:
    """Bytes of it in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def frame(text: str) -> bytes:
    """One whole text frame."""
    return _framed(TEXT, text.encode())


def compressed_frame(text: str) -> bytes:
    """One whole text frame, compressed if that is worth it."""
    payload = text.encode()
    return _framed(TEXT | COMPRESSED, deflated(payload)) if len(payload) >= SMALLEST else _framed(TEXT, payload)


def deflated(payload: bytes) -> bytes:
    """The payload of one compressed frame, to be sent with RSV1 to anyone who has negotiated compression."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(TAIL)


def reason_bytes(reason: str) -> bytes:
    """As much of it as a close frame holds, cut between two characters.

    A control frame carries 125 bytes (RFC 6455 5.5), two of them the code (5.5.1).
    """
    return reason.encode()[:REASON_BYTES].decode(errors="ignore").encode()


def _framed(first: int, payload: bytes) -> bytes:
    """Opcode, length, payload (RFC 6455 5.2)."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2) + payload
    return bytes((first, 127)) + size.to_bytes(8) + payload
