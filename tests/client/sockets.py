"""Open WebSockets to a server: as the wire of a `Client`, or with a callback for each frame."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin, Subprotocol

from realtime.errors import Close
from tests.client.client import TIMEOUT_S, Ended

SILENCE_TIMEOUT_S = 35
LOST = (OSError, ConnectionClosed, InvalidHandshake, InvalidMessage, TimeoutError, EOFError)

Frame = dict[str, Any]
OnResponse = Callable[[Frame | None], None]
"""Called with the response, or with None when the connection ended before it."""


def socket_to(url: str, cookie_header: str, **options: Any) -> connect:
    """Return the WebSocket of a site, `http://host:port`, to be awaited or entered."""
    return connect(
        f"{url.replace('http', 'ws', 1)}/ws/",
        origin=Origin(url),
        subprotocols=[Subprotocol("parlor.v1")],
        additional_headers={"Cookie": cookie_header},
        proxy=None,
        **options,
    )


class SocketWire:
    """The wire of a `Client` over a real socket."""

    def __init__(self, socket: ClientConnection, token: str) -> None:
        self.closed: Close | None = None
        self.socket, self.token = socket, token

    @classmethod
    async def open(cls, url: str, cookie_header: str, token: str) -> "SocketWire":
        return cls(await socket_to(url, cookie_header, close_timeout=TIMEOUT_S), token)

    async def send(self, text: str) -> None:
        try:
            await self.socket.send(text)
        except ConnectionClosed as closed:
            self._end(closed)
            raise Ended from None

    async def receive(self) -> str:
        try:
            return str(await self.socket.recv())
        except ConnectionClosed as closed:
            self._end(closed)
            raise Ended from None

    async def close(self) -> None:
        await self.socket.close()

    def _end(self, closed: ConnectionClosed) -> None:
        self.closed = Close(closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else Close(1006, "")


class Connection:
    """A WebSocket from its opening to its end; it is not used again."""

    def __init__(self, url: str, cookie_header: str, on_notification: Callable[[Frame], None]) -> None:
        self._url = url
        self._cookie_header = cookie_header
        self._on_notification = on_notification
        self._ids = itertools.count(1)
        self._pending: dict[int, OnResponse] = {}
        self._out: asyncio.Queue[Frame] = asyncio.Queue()
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Send and receive until the connection ends for any reason, then call `OnResponse` of all open requests."""
        try:
            async with socket_to(
                self._url,
                self._cookie_header,
                compression=None,
                open_timeout=5,
                close_timeout=0.2,
                ping_interval=None,
                max_size=None,
            ) as self._socket:
                await self._send_and_receive(self._socket)
        except* LOST:
            pass
        finally:
            for on_response in list(self._pending.values()):
                on_response(None)

    def request(self, method: str, params: Any, on_response: OnResponse) -> None:
        id = next(self._ids)
        self._pending[id] = on_response
        self._out.put_nowait({"jsonrpc": "2.0", "id": id, "method": method, "params": params})

    def respond(self, id: Any, result: Any) -> None:
        self._out.put_nowait({"jsonrpc": "2.0", "id": id, "result": result})

    def cut(self) -> None:
        """End the TCP connection without a close frame."""
        if self._socket:
            self._socket.transport.abort()

    async def _send_and_receive(self, socket: ClientConnection) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._send(socket))
            tasks.create_task(self._receive(socket))

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(json.dumps(await self._out.get(), ensure_ascii=False))

    async def _receive(self, socket: ClientConnection) -> None:
        while True:
            async with asyncio.timeout(SILENCE_TIMEOUT_S):
                frame = json.loads(await socket.recv())
            if "method" in frame:
                self._on_notification(frame)
            elif on_response := self._pending.pop(frame["id"], None):
                on_response(frame)
