"""Tests of the option block, with an application and a server in memory."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from lab.route_limits import MAX_CONNECTIONS, RATE, Options, RouteLimits
from lab.routing import tutorial_options

pytestmark = pytest.mark.asyncio

TUTORIAL = tutorial_options()
TEXT, CLOSE, GONE = "websocket.receive", "websocket.close", "websocket.disconnect"


class Server:
    """A server with messages to receive, which keeps those that are sent.

    With `refuses` it raises on the close codes that daphne does not send.
    """

    def __init__(self, *arriving: dict[str, Any], unsent: Iterable[int] | None = None, refuses: bool = False) -> None:
        self.arriving, self.sent, self.refuses = (
            [{"type": "websocket.connect"}, *arriving],
            list[dict[str, Any]](),
            refuses,
        )
        extension = {"parlor": self} if unsent is not None else {}
        self.scope, self._unsent = {"type": "websocket", "extensions": extension}, iter(unsent or ())

    def unsent(self) -> int:
        return next(self._unsent)

    async def receive(self) -> dict[str, Any]:
        if not self.arriving:
            await asyncio.Event().wait()
        return self.arriving.pop(0)

    async def send(self, message: dict[str, Any]) -> None:
        if self.refuses and message["type"] == CLOSE and 1000 < message["code"] < 3000:
            raise Exception("invalid close code")
        self.sent.append(message)

    @property
    def closes(self) -> list[tuple[int, str]]:
        return [(message["code"], message["reason"]) for message in self.sent if message["type"] == CLOSE]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    while (message := await receive())["type"] != GONE:
        await send({**message, "type": "websocket.send"})
    await send({"type": "websocket.send", "text": "after the end"})


def limits(clock: Iterable[float] | None = None, options: Options = TUTORIAL) -> RouteLimits:
    ticks = iter(clock or ())
    return RouteLimits(echo, options, is_open=lambda: True, clock=lambda: next(ticks) if clock else 0.0)


def text(length: int, letter: str = "x") -> dict[str, Any]:
    return {"type": TEXT, "text": letter * length}


async def test_message_is_passed_on_up_to_its_limit_and_then_1009() -> None:
    server = Server(text(512), {"type": TEXT, "bytes": b"x" * 512}, text(171, "字"), text(1))
    await limits()(server.scope, server.receive, server.send)
    assert [message["type"] for message in server.sent] == ["websocket.send"] * 3 + [CLOSE]
    assert server.closes == [(1009, "513 bytes, at most 512")]


async def test_close_is_4009_on_a_server_that_cannot_send_1009() -> None:
    server = Server(text(513), refuses=True)
    await limits()(server.scope, server.receive, server.send)
    assert server.closes == [(4009, "513 bytes, at most 512")]


async def test_connection_is_closed_after_32_s_of_silence() -> None:
    """The client connects at 0 and sends at 10; the answer is at 11. At 42.999 some time is left, at 43.001 none."""
    server = Server(text(1))
    clock = [0, 0, 0, 0, 0, 10, 11, 42.999, 43.001]
    await asyncio.wait_for(limits(clock)(server.scope, server.receive, server.send), 10)
    assert server.closes == [(4008, "idle for 32 s")]
    assert len([message for message in server.sent if message["type"] == "websocket.send"]) == 2


async def test_client_that_reads_too_little_is_closed_and_gets_nothing_more() -> None:
    server = Server(text(1), text(2), text(3), unsent=[0, 1024, 1025])
    await limits()(server.scope, server.receive, server.send)
    assert server.closes == [(1008, "reads too little")]
    assert len(server.sent) == 3


async def test_back_pressure_is_ignored_when_the_server_does_not_report_it() -> None:
    server = Server(text(1), text(513))
    await limits()(server.scope, server.receive, server.send)
    assert server.closes == [(1009, "513 bytes, at most 512")]


async def test_client_that_sends_too_fast_is_closed() -> None:
    most = int(RATE * 2)
    server = Server(*[text(1)] * (most + 5))
    await limits()(server.scope, server.receive, server.send)
    assert server.closes == [(1008, "too fast")]
    assert len(server.arriving) == 4


async def denial(route: RouteLimits) -> list[dict[str, Any]]:
    """Return the messages before the accept, on a server with denial responses."""
    server = Server()
    server.scope["extensions"] = {"websocket.http.response": {}}
    await route(server.scope, server.receive, server.send)
    return server.sent


async def test_closed_route_answers_404() -> None:
    start, body = await denial(RouteLimits(echo, TUTORIAL, is_open=lambda: False))
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert body["body"] == b"This page of the lab is not open here.\n"


async def test_full_route_answers_503_with_retry_after() -> None:
    async def stay(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    full = RouteLimits(stay, TUTORIAL, is_open=lambda: True)
    staying = [asyncio.ensure_future(full({}, Server().receive, Server().send)) for _ in range(MAX_CONNECTIONS)]
    await asyncio.sleep(0)
    start, body = await denial(full)
    assert (start["status"], body["body"]) == (503, b"Enough are at this page of the lab.\n")
    assert (b"retry-after", b"30") in start["headers"]
    for one in staying:
        one.cancel()


async def test_refused_connection_is_closed_on_a_server_without_denial_responses() -> None:
    server = Server()
    await RouteLimits(echo, TUTORIAL, is_open=lambda: False)(server.scope, server.receive, server.send)
    assert server.sent == [{"type": CLOSE}]


async def test_failed_application_frees_its_place() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    one = RouteLimits(broken, TUTORIAL, is_open=lambda: True)
    for _ in range(60):
        server = Server()
        with pytest.raises(RuntimeError):
            await one(server.scope, server.receive, server.send)
