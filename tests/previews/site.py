"""A web site on a loopback address, whose answers a test writes byte by byte."""

import gzip
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Final, Self

Answer = bytes | Callable[[socket.socket], None]
PAGE: Final = b"<html><head><title>A page</title></head></html>"


def answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "text/html") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def redirect(to: str) -> bytes:
    return answer(b"", f"Location: {to}", status="302 Found")


def packed(body: bytes) -> bytes:
    return answer(gzip.compress(body), "Content-Encoding: gzip")


class Site:
    """Serves `pages` by path. `requests` are the heads of the requests that came."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.pages: dict[str, Answer] = {"/": answer(PAGE)}
        self.requests: list[str] = []
        self._listener = socket.create_server((address, 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{address}:{self.port}"

    def __enter__(self) -> Self:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (part := connection.recv(4096)):
                head += part
            if not head:
                return
            self.requests.append(head.decode())
            page = self.pages.get(head.split()[1].decode(), answer(b"", status="404 Not Found"))
            if isinstance(page, bytes):
                connection.sendall(page)
            else:
                page(connection)
