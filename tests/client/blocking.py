"""A `Client` for code without an event loop: scripts, browser tests, measurements."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import cache
from threading import Thread
from typing import Any, TypeVar

from tests.client.client import Client, cid
from tests.client.guest import Guest
from tests.client.sockets import SocketWire

TIMEOUT_S = 60
Result = TypeVar("Result")


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop that runs in a thread of its own, the same for all blocking clients."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="blocking-client", daemon=True).start()
    return loop


def wait(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Return the result of the coroutine, run by the other thread."""
    return asyncio.run_coroutine_threadsafe(coroutine, event_loop()).result()


class BlockingClient(Guest):
    """A new guest who is connected and has said hello. `user` is their wire id, `lounge` the key of the lounge."""

    def __init__(self, url: str, name: str, face: str = "", colour: int = 0) -> None:
        super().__init__(url, name, face, colour)
        self.enter()
        self.connect()

    def connect(self, url: str = "") -> None:
        """Connect again as the same guest, also to another process of the site."""
        self.url = url or self.url
        wire = wait(SocketWire.open(self.url, self.cookie_header, self.token()))
        self._client = Client(wire, TIMEOUT_S)
        hello = wait(self._client.hello())
        self.user: str = hello["user"]["id"]
        self.lounge: str = next(room["key"] for room in hello["rooms"] if room["lounge"])

    def ask(self, method: str, /, **params: Any) -> int:
        """Send a request and return its id, for `answer`."""
        return wait(self._client.ask(method, **params))

    def answer(self, id: int) -> Any:
        """Return the result of the request with this id, or raise `ErrorResponse`."""
        return wait(self._client.response(id))

    def request(self, method: str, /, **params: Any) -> Any:
        return wait(self._client.request(method, **params))

    def act(self, method: str, /, **params: Any) -> Any:
        """Return the result of a durable request."""
        return self.request(method, cid=cid(), **params)

    def say(self, room: str, *texts: str) -> list[int]:
        """Post messages and return their offsets."""
        return [self.act("message.post", room=room, text=text)["o"] for text in texts]

    def makes_room(self, name: str, topic: str = "", *, public: bool = True) -> str:
        """Create a room and return its key."""
        return str(self.act("room.create", name=name, topic=topic, public=public)["room"])

    def receive(self, timeout_s: float) -> dict[str, Any] | None:
        """Return the next frame, or None after this time."""
        with suppress(TimeoutError):
            return wait(asyncio.wait_for(self._client.receive(), timeout_s))
        return None

    def respond(self, id: Any, result: Any) -> None:
        """Answer a request of the server, such as `session.ping`."""
        wait(self._client.send({"jsonrpc": "2.0", "id": id, "result": result}))

    def leave(self) -> None:
        """Close the connection."""
        wait(self._client.wire.close())
