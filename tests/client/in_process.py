"""Connections to an application in the same process, and login sessions for them."""

import asyncio
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from accounts.sessions import SessionStore
from realtime.connection.connection import Connection
from realtime.connection.transports import QueueTransport
from realtime.errors import Close
from realtime.process import Process
from realtime.security import token_make
from tests.client.client import TIMEOUT_S, Ended

HIGH_RATES = {"rate": 100_000.0, "burst": 100_000.0, "signal_rate": 100_000.0}
"""Members of `settings.REALTIME` for tests that are not about rates."""


class MemoryWire:
    """The wire of a client in memory, without Channels, server or socket.

    Clear `reads` for a client that reads nothing.
    """

    def __init__(self, process: Process, session_key: str | None) -> None:
        self.closed: Close | None = None
        self.token = token_make(session_key or "")
        self.reads = asyncio.Event()
        self.reads.set()
        self._out: asyncio.Queue[str | None] = asyncio.Queue()
        self.transport = QueueTransport(self._send, self._end, counts_unsent=True)
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
        await self.reads.wait()
        self.put(text)

    async def _end(self, close: Close) -> None:
        self.closed = close
        self.put(None)
        self.connection.stop()

    def put(self, text: str | None) -> None:
        self._out.put_nowait(text)


class ChannelsWire:
    """The wire of a client through an ASGI application, by Channels' communicator."""

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
        accepted, _ = await self._socket.connect(timeout=TIMEOUT_S)
        return bool(accepted)

    async def send(self, text: str) -> None:
        await self._socket.send_to(text_data=text)

    async def send_binary(self, data: bytes) -> None:
        await self._socket.send_to(bytes_data=data)

    async def receive(self) -> str:
        message = await self._socket.receive_output(TIMEOUT_S)
        if message["type"] == "websocket.close":
            self.closed = Close(message["code"], message.get("reason", ""))
            raise Ended
        return str(message["text"])

    async def close(self) -> None:
        await self._socket.disconnect()


async def login(user: Any) -> str:
    """Return the key of a new login session of this user, like the login page makes it."""
    return await sync_to_async(login_session)(user)


def login_session(user: Any) -> str:
    """Return the key of a new login session; `login` is the same for an event loop."""
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)
