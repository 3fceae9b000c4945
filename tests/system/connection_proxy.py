"""The line between browsers and a server, as a cable that can be pulled out and put in again."""

import socket
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from types import TracebackType
from typing import Self

CHUNK = 65536
EVERYTHING, SOCKETS, NOTHING = b"", b"GET /ws/", b"\n"
"""A connection that begins with these bytes is refused."""


class ConnectionProxy:
    """Browsers go to `url`. While it is cut, what was open has ended and what is new is refused."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.links: set[Link] = set()
        self._refused = NOTHING
        self._server = Server(("127.0.0.1", 0), Link)
        self._server.connection_proxy = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def cut(self) -> None:
        self._cut(EVERYTHING)

    def cut_sockets(self) -> None:
        """Pages still come."""
        self._cut(SOCKETS)

    def restore(self) -> None:
        self._refused = NOTHING

    def refuses(self, head: bytes) -> bool:
        return head.startswith(self._refused)

    def _cut(self, what: bytes) -> None:
        self._refused = what
        for link in filter(lambda link: self.refuses(link.head), list(self.links)):
            link.end()

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.cut()


class Server(ThreadingTCPServer):
    daemon_threads = True
    connection_proxy: ConnectionProxy


class Link(BaseRequestHandler):
    """A connection, until either side ends it."""

    server: Server
    request: socket.socket

    def handle(self) -> None:
        connection_proxy = self.server.connection_proxy
        with suppress(OSError), socket.create_connection(("127.0.0.1", connection_proxy.port)) as self.far:
            self.head = self.request.recv(CHUNK)
            connection_proxy.links.add(self)
            if not connection_proxy.refuses(self.head):
                self._both_ways()
            connection_proxy.links.discard(self)

    def _both_ways(self) -> None:
        back = Thread(target=self._pass_on, args=[self.far, self.request], daemon=True)
        back.start()
        self.far.sendall(self.head)
        self._pass_on(self.request, self.far)
        back.join()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                sink.sendall(data)
        self.end()

    def end(self) -> None:
        for side in (self.request, self.far):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
