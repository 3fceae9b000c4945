"""A person's tab in a test: speaks `parlor.v1` over any wire, and waits for facts."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts.sessions import SessionStore
from realtime.connection.connection import Connection
from realtime.connection.transports import QueueTransport
from realtime.errors import Close
from realtime.process import Process
from realtime.security import token_make

PATIENCE_S = 10
HIGH_RATES = {"rate": 100_000.0, "burst": 100_000.0, "signal_rate": 100_000.0}
"""Members of `settings.REALTIME` for tests that are not about rates."""


class Wire(Protocol):
    """Text both ways, and how it ended."""

    closed: Close | None

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str: ...

    async def close(self) -> None: ...


class Refused(Exception):
    """An error response."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.code, self.type, self.data = error["code"], error["data"]["type"], error["data"]


class Ended(Exception):
    """The server closed the connection."""


class Client:
    """Requests, responses by id, and a list of every notification that came."""

    user = ""
    """The wire id of the person, for a test to set."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.notifications: list[dict[str, Any]] = []
        self.frames: list[str] = []
        self._ids = itertools.count(1)
        self._responses: dict[Any, dict[str, Any]] = {}

    async def request(self, method: str, /, **params: Any) -> Any:
        """The result, or `Refused`."""
        return await self.response(await self.ask(method, **params))

    async def ask(self, method: str, /, **params: Any) -> int:
        """Send a request and do not wait for its answer."""
        id = next(self._ids)
        await self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return id

    async def notify(self, method: str, /, **params: Any) -> None:
        await self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def send(self, message: Any) -> None:
        await self.wire.send(message if isinstance(message, str) else msgspec.json.encode(message).decode())

    async def response(self, id: Any) -> Any:
        await self.until(lambda: id in self._responses)
        answer = self._responses.pop(id)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    async def refusal(self, method: str, /, **params: Any) -> Refused:
        try:
            result = await self.request(method, **params)
        except Refused as refused:
            return refused
        raise AssertionError(f"{method} was not refused: {result}")

    async def hello(self, **rooms: dict[str, int]) -> Any:
        """`session.hello` with the wire's own token."""
        return await self.request("session.hello", v=1, token=getattr(self.wire, "token", ""), rooms=rooms)

    async def notification(self, method: str, /, **wanted: Any) -> dict[str, Any]:
        """The params of the first notification, past or to come, that has these members."""
        found: list[dict[str, Any]] = []

        def matches() -> bool:
            found[:] = [
                frame["params"]
                for frame in self.notifications
                if frame["method"] == method and wanted.items() <= frame["params"].items()
            ]
            return bool(found)

        await self.until(matches)
        return found[0]

    async def event(self, room: str, o: int) -> dict[str, Any]:
        return await self.notification("room.event", room=room, o=o)

    def events(self, room: str) -> list[dict[str, Any]]:
        """Every event of the room so far, in the order it came."""
        return [f["params"] for f in self.notifications if f["method"] == "room.event" and f["params"]["room"] == room]

    async def bye(self) -> Close:
        """The close that follows; `session.bye` came before it."""
        with contextlib.suppress(Ended):
            await self.until(lambda: False)
        assert self.wire.closed is not None
        return self.wire.closed

    async def until(self, fact: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not fact():
                self._take(await self.wire.receive())

    def _take(self, text: str) -> None:
        self.frames.append(text)
        frame = msgspec.json.decode(text)
        if "method" not in frame:
            self._responses[frame["id"]] = frame
        elif frame["method"] != "session.ping":
            self.notifications.append(frame)


class MemoryWire:
    """In memory: `Session` and `Connection` without Channels, server or socket.

    `stuck` cleared is a reader that reads nothing.
    """

    def __init__(self, process: Process, session_key: str | None) -> None:
        self.closed: Close | None = None
        self.token = token_make(session_key or "")
        self.stuck = asyncio.Event()
        self.stuck.set()
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self.transport = QueueTransport(self._send, self._end, tells=True)
        self.connection = Connection(process, self.transport, session_key)
        self.connection.start()

    async def send(self, text: str) -> None:
        self.connection.receive(text)

    async def receive(self) -> str:
        text = await self._out.get()
        if text is None:
            raise Ended
        return text

    async def close(self) -> None:
        self.connection.stop()

    async def _send(self, text: str) -> None:
        await self.stuck.wait()
        self.put(text)

    async def _end(self, close: Close) -> None:
        self.closed = close
        self.put(None)
        self.connection.stop()

    def put(self, text: str | None) -> None:
        self._out.put_nowait(text)


class ChannelsWire:
    """Channels' own communicator against the real `config.asgi.application`."""

    def __init__(
        self, application: Any, session_key: str | None, origin: str = "http://testserver", address: str = "127.0.0.1"
    ) -> None:
        self.closed: Close | None = None
        self.token = token_make(session_key or "")
        headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
        if session_key:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session_key}".encode()))
        self._socket = WebsocketCommunicator(application, "/ws/", headers, subprotocols=["parlor.v1"])
        self._socket.scope["client"] = [address, 50_000]

    async def connect(self) -> bool:
        accepted, _ = await self._socket.connect(timeout=PATIENCE_S)
        return bool(accepted)

    async def send(self, text: str) -> None:
        await self._socket.send_to(text_data=text)

    async def send_binary(self, data: bytes) -> None:
        await self._socket.send_to(bytes_data=data)

    async def receive(self) -> str:
        message = await self._socket.receive_output(PATIENCE_S)
        if message["type"] == "websocket.close":
            self.closed = Close(message["code"], message.get("reason", ""))
            raise Ended
        return str(message["text"])

    async def close(self) -> None:
        await self._socket.disconnect()


async def login(user: Any) -> str:
    """A login session as the page would have made it; its key."""
    return await sync_to_async(login_session)(user)


def login_session(user: Any) -> str:
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def cid() -> str:
    return secrets.token_urlsafe(16)
