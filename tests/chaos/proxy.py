"""A TCP proxy that may cut a connection instead of passing on the answer to a durable request.

The server has committed then, and the client cannot know it. The proxy also knows the durable requests without an
answer, so that a kill can be aimed.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from random import Random
from types import TracebackType
from typing import Any

from tests.chaos.frames import Piece, Stream

CHUNK = 65536


class Link:
    """A connection of a client to a back-end, and its durable requests without an answer."""

    def __init__(self, port: int, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.port = port
        self.waiting: set[Any] = set()
        self._writers = (client, server)

    def cut(self) -> None:
        self.waiting.clear()
        for writer in self._writers:
            writer.transport.abort()

    def end(self) -> None:
        for writer in self._writers:
            writer.close()


class Proxy:
    """`async with Proxy([port, …], share=0.02, random=Random(seed)) as proxy:` and connect to `proxy.port`."""

    def __init__(self, ports: list[int], *, share: float, random: Random) -> None:
        self.ports = ports
        self.cuts = 0
        self.answers = 0
        self._share = share
        self._random = random
        self._links: set[Link] = set()
        self._asked = asyncio.Event()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def unanswered(self, port: int) -> int:
        return sum(len(link.waiting) for link in self._links if link.port == port)

    async def until_unanswered(self, port: int) -> None:
        while not self.unanswered(port):
            self._asked.clear()
            await self._asked.wait()

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            port, upstream, server = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        link = Link(port, writer, server)
        self._links.add(link)
        try:
            await self._both(
                self._pump(reader, server, link, self._asks), self._pump(upstream, writer, link, self._tells)
            )
        finally:
            self._links.discard(link)
            link.end()

    async def _connect(self) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a back-end that listens, chosen at random for every connection."""
        for port in self._random.sample(self.ports, len(self.ports)):
            with contextlib.suppress(OSError):
                return port, *await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    async def _both(self, *ways: Awaitable[None]) -> None:
        """Run both directions until one ends: a half-closed connection is of no use."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        link: Link,
        may_pass: Callable[[Link, bytes], bool],
    ) -> None:
        stream = Stream()
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                writer.write(b"".join(passing(stream.feed(data), lambda text: may_pass(link, text))))
                await writer.drain()

    def _asks(self, link: Link, text: bytes) -> bool:
        frame = decoded(text) if b'"cid"' in text else {}
        if "method" in frame and "id" in frame and "cid" in frame.get("params", {}):
            link.waiting.add(frame["id"])
            self._asked.set()
        return True

    def _tells(self, link: Link, text: bytes) -> bool:
        frame = {} if b'"method"' in text else decoded(text)
        if frame.get("id") not in link.waiting:
            return True
        link.waiting.discard(frame["id"])
        if "result" not in frame:
            return True
        self.answers += 1
        if self._random.random() >= self._share:
            return True
        self.cuts += 1
        link.cut()
        return False


def passing(pieces: Iterator[Piece], may_pass: Callable[[bytes], bool]) -> Iterator[bytes]:
    for piece in pieces:
        if piece.text is not None and not may_pass(piece.text):
            raise ConnectionAbortedError
        yield piece.raw


def decoded(text: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        frame = json.loads(text)
        return frame if isinstance(frame, dict) else {}
    return {}
