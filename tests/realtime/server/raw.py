"""A client made of bytes: it sends what no library would, and sees each frame as it came."""

import os
import socket
import zlib
from types import TracebackType
from typing import NamedTuple, Self

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = ("Upgrade: websocket", "Connection: Upgrade")
VERSION = "Sec-WebSocket-Version: 13"
FIN, RSV1 = 0x80, 0x40
OFFER = "Sec-WebSocket-Extensions: permessage-deflate"
CHROMIUM = f"{OFFER}; client_max_window_bits"
TIMEOUT_S = 30


class Frame(NamedTuple):
    opcode: int
    payload: bytes
    first: int = 0x80
    """FIN and the reserved bits."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


def frame(opcode: int, payload: bytes = b"", first: int = 0x80, masked: bool = True) -> bytes:
    """Return a client's frame, with the shortest form of its length."""
    size = len(payload)
    mask_bit = 0x80 if masked else 0
    short = size if size < 126 else 126 if size < 65536 else 127
    length = b"" if size < 126 else size.to_bytes(2 if size < 65536 else 8, "big")
    head = bytes([first | opcode, mask_bit | short]) + length
    if not masked:
        return head + payload
    mask = os.urandom(4)
    key = (mask * (size // 4 + 1))[:size]
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def inflated(payload: bytes) -> bytes:
    """Decompress the payload of a frame with RSV1, without context takeover."""
    return zlib.decompressobj(-15).decompress(payload + b"\x00\x00\xff\xff")


def closing(code: int, reason: str | bytes = b"") -> bytes:
    return frame(CLOSE, code.to_bytes(2, "big") + (reason.encode() if isinstance(reason, str) else reason))


class Line:
    """A TCP connection. `buffer` bytes are what its kernel takes before somebody reads."""

    def __init__(self, port: int, buffer: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(TIMEOUT_S)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(("127.0.0.1", port))
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.socket.close()

    def send(self, *data: bytes) -> None:
        self.socket.sendall(b"".join(data))

    def ask(self, *lines: str, path: str = "/", method: str = "GET", version: str = "1.1", body: bytes = b"") -> None:
        host = [] if any(line.startswith("Host:") for line in lines) else ["Host: localhost"]
        self.send("\r\n".join([f"{method} {path} HTTP/{version}", *host, *lines, "", ""]).encode(), body)

    def answer(self) -> Answer:
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = headers.get("content-length", "0")
        return Answer(status, headers, self.file.read(int(size)).decode())

    def over(self) -> bool:
        """Tell whether the server has closed the connection."""
        return self.file.read(1) == b""


class WebSocket(Line):
    """An open WebSocket."""

    def __init__(self, port: int, path: str = "/echo", *lines: str, buffer: int = 0) -> None:
        super().__init__(port, buffer)
        self.ask(*UPGRADE, VERSION, KEY, *lines, path=path)
        self.opened = self.answer()
        assert self.opened.status == 101, self.opened

    def receive(self) -> Frame:
        first, second = self.file.read(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self.file.read(2 if size == 126 else 8), "big")
        return Frame(first & 0x0F, self.file.read(size), first & 0xF0)

    def closed(self) -> tuple[int, str]:
        """Return the code and the reason of the close frame, which must be the last frame."""
        frame = self.receive()
        assert frame.opcode == CLOSE, frame
        assert self.over()
        return int.from_bytes(frame.payload[:2], "big"), frame.payload[2:].decode()


def handshake(port: int, *lines: str, path: str = "/echo", method: str = "GET", version: str = "1.1") -> Answer:
    """Return the server's answer to a request with these header lines."""
    with Line(port) as line:
        line.ask(*lines, path=path, method=method, version=version)
        return line.answer()
