"""Client on one connection: requests and their answers, and the notifications that came."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from realtime.errors import Close

TIMEOUT_S = 10


class Wire(Protocol):
    """The transport of a `Client`: text in both directions, and the close code at the end."""

    closed: Close | None
    token: str
    """The token for `session.hello`."""

    async def send(self, text: str) -> None: ...

    async def receive(self) -> str:
        """Return the next text, or raise `Ended`."""
        ...

    async def close(self) -> None: ...


class ErrorResponse(Exception):
    """The server refused the request: `{code, message, data}`."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.data: dict[str, Any] = error.get("data") or {}
        self.code: int = error["code"]
        self.type: str = self.data.get("type", "")


class Ended(Exception):
    """The server closed the connection."""


class Client:
    """Send requests over a wire and keep every notification. Frames are read only while a method waits."""

    user = ""
    """The wire id of the person, for a test to set."""

    def __init__(self, wire: Wire, timeout_s: float = TIMEOUT_S) -> None:
        self.wire = wire
        self.notifications: list[dict[str, Any]] = []
        self.frames: list[str] = []
        self._timeout_s = timeout_s
        self._ids = itertools.count(1)
        self._responses: dict[Any, dict[str, Any]] = {}

    async def request(self, method: str, /, **params: Any) -> Any:
        """Return the result, or raise `ErrorResponse`."""
        return await self.response(await self.ask(method, **params))

    async def ask(self, method: str, /, **params: Any) -> int:
        """Send a request and return its id, for `response`."""
        id = next(self._ids)
        await self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return id

    async def notify(self, method: str, /, **params: Any) -> None:
        await self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def send(self, message: Any) -> None:
        """Send a text as it is, or any other value as JSON."""
        await self.wire.send(message if isinstance(message, str) else msgspec.json.encode(message).decode())

    async def response(self, id: Any) -> Any:
        """Return the result of the request with this id, or raise `ErrorResponse`."""
        await self.until(lambda: id in self._responses)
        answer = self._responses.pop(id)
        if "error" in answer:
            raise ErrorResponse(answer["error"])
        return answer["result"]

    async def error(self, method: str, /, **params: Any) -> ErrorResponse:
        """Return the error of a request that must be refused."""
        try:
            result = await self.request(method, **params)
        except ErrorResponse as error:
            return error
        raise AssertionError(f"{method} was not refused: {result}")

    async def hello(self, **rooms: dict[str, int]) -> Any:
        """Send `session.hello` with the token of the wire; `rooms` are positions to resume from."""
        return await self.request("session.hello", v=1, token=self.wire.token, rooms=rooms)

    async def notification(self, method: str, /, **wanted: Any) -> dict[str, Any]:
        """Return the params of the first notification, past or to come, that has these members."""
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
        """Return the event at this offset of the room, past or to come."""
        return await self.notification("room.event", room=room, o=o)

    def events(self, room: str) -> list[dict[str, Any]]:
        """Return every event of the room so far, in the order received."""
        return [f["params"] for f in self.notifications if f["method"] == "room.event" and f["params"]["room"] == room]

    async def bye(self) -> Close:
        """Read until the server closes, and return the close."""
        with contextlib.suppress(Ended):
            await self.until(lambda: False)
        assert self.wire.closed is not None
        return self.wire.closed

    async def until(self, condition: Callable[[], bool]) -> None:
        """Read frames until the condition is true, or raise `TimeoutError`."""
        async with asyncio.timeout(self._timeout_s):
            while not condition():
                await self.receive()

    async def receive(self) -> dict[str, Any]:
        """Return the next frame, which is also kept for the other methods."""
        text = await self.wire.receive()
        self.frames.append(text)
        frame: dict[str, Any] = msgspec.json.decode(text)
        if "method" not in frame:
            self._responses[frame["id"]] = frame
        elif frame["method"] != "session.ping":
            self.notifications.append(frame)
        return frame


def cid() -> str:
    """Return a new id for a durable request."""
    return secrets.token_urlsafe(16)
