"""One WebSocket from open to cut: requests and their answers; it is never used again."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin, Subprotocol

SILENT_S = 35
LOST = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError, EOFError)

Frame = dict[str, Any]
Answered = Callable[[Frame | None], None]
"""gets the response, or None: the connection ended first"""


class Connection:
    def __init__(self, port: int, cookie: str, received: Callable[[Frame], None]) -> None:
        self._port = port
        self._cookie = cookie
        self._received = received
        self._ids = itertools.count(1)
        self._answered: dict[int, Answered] = {}
        self._out: asyncio.Queue[Frame] = asyncio.Queue()
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Until it ends, in whatever way; then every open request is told."""
        try:
            async with connect(
                f"ws://127.0.0.1:{self._port}/ws/",
                origin=Origin(f"http://127.0.0.1:{self._port}"),
                subprotocols=[Subprotocol("parlor.v1")],
                additional_headers={"Cookie": self._cookie},
                compression=None,
                proxy=None,
                open_timeout=5,
                close_timeout=0.2,
                ping_interval=None,
                max_size=None,
            ) as self._socket:
                await self._both_ways(self._socket)
        except* LOST:
            pass
        finally:
            for answered in list(self._answered.values()):
                answered(None)

    def request(self, method: str, params: Any, answered: Answered) -> None:
        id = next(self._ids)
        self._answered[id] = answered
        self._out.put_nowait({"jsonrpc": "2.0", "id": id, "method": method, "params": params})

    def respond(self, id: Any, result: Any) -> None:
        self._out.put_nowait({"jsonrpc": "2.0", "id": id, "result": result})

    def cut(self) -> None:
        if self._socket:
            self._socket.transport.abort()

    async def _both_ways(self, socket: ClientConnection) -> None:
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._send(socket))
            ways.create_task(self._receive(socket))

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(json.dumps(await self._out.get(), ensure_ascii=False))

    async def _receive(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENT_S):
                frame = json.loads(await socket.recv())
            if "method" in frame:
                self._received(frame)
            elif answered := self._answered.pop(frame["id"], None):
                answered(frame)
