"""Text frames of RFC 6455, built once for all who get them. Pure: what a server sends is not masked (section 5.1)."""

from collections.abc import Sequence
from typing import Final

TEXT: Final = b"\x81"
"""FIN and opcode 1, section 5.2"""


class Chunk:
    """Frames that go out together; `size` in characters. Servers that frame by themselves take `texts`, ours `wire`."""

    __slots__ = ("_wire", "size", "texts")

    def __init__(self, *texts: str) -> None:
        self.texts: Sequence[str] = texts
        self.size = sum(map(len, texts))
        self._wire = b""

    @property
    def wire(self) -> bytes:
        """All frames, one after the other; made when it is first asked for."""
        if not self._wire:
            self._wire = b"".join(map(frame, self.texts))
        return self._wire


def frame(text: str) -> bytes:
    """One whole text frame: opcode, length (section 5.2), payload."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return TEXT + size.to_bytes(1) + payload
    if size < 1 << 16:
        return TEXT + b"\x7e" + size.to_bytes(2) + payload
    return TEXT + b"\x7f" + size.to_bytes(8) + payload
