"""The option block, held against an application and a server that are only lists."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from lab.door import CONNECTIONS, RATE, Door, Options
from lab.routing import tutorial_options

pytestmark = pytest.mark.asyncio

TUTORIAL = tutorial_options()
TEXT, CLOSE, GONE = "websocket.receive", "websocket.close", "websocket.disconnect"


class Server:
    """Gives what comes in, then nothing more; keeps what goes out. `refuses` raises at close codes, as daphne does."""

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


def door(clock: Iterable[float] | None = None, options: Options = TUTORIAL) -> Door:
    ticks = iter(clock or ())
    return Door(echo, options, is_open=lambda: True, clock=lambda: next(ticks) if clock else 0.0)


def text(length: int, letter: str = "x") -> dict[str, Any]:
    return {"type": TEXT, "text": letter * length}


async def test_what_fits_is_passed_on_and_one_byte_more_is_1009() -> None:
    server = Server(text(512), {"type": TEXT, "bytes": b"x" * 512}, text(171, "字"), text(1))
    await door()(server.scope, server.receive, server.send)
    assert [message["type"] for message in server.sent] == ["websocket.send"] * 3 + [CLOSE]
    assert server.closes == [(1009, "513 bytes, at most 512")]


async def test_a_server_that_may_not_send_1009_sends_4009() -> None:
    server = Server(text(513), refuses=True)
    await door()(server.scope, server.receive, server.send)
    assert server.closes == [(4009, "513 bytes, at most 512")]


async def test_silence_of_32_s_is_the_end() -> None:
    """It came at 0, was heard at 10, answered at 11; asked at 42.999 it waits a millisecond, at 43.001 it is over."""
    server = Server(text(1))
    clock = [0, 0, 0, 0, 0, 10, 11, 42.999, 43.001]
    await asyncio.wait_for(door(clock)(server.scope, server.receive, server.send), 10)
    assert server.closes == [(4008, "idle for 32 s")]
    assert len([message for message in server.sent if message["type"] == "websocket.send"]) == 2


async def test_who_reads_too_little_is_dropped_and_gets_nothing_more() -> None:
    server = Server(text(1), text(2), text(3), unsent=[0, 1024, 1025])
    await door()(server.scope, server.receive, server.send)
    assert server.closes == [(1008, "reads too little")]
    assert len(server.sent) == 3


async def test_a_server_that_does_not_tell_drops_nobody() -> None:
    server = Server(text(1), text(513))
    await door()(server.scope, server.receive, server.send)
    assert server.closes == [(1009, "513 bytes, at most 512")]


async def test_who_sends_too_fast_is_dropped() -> None:
    most = int(RATE * 2)
    server = Server(*[text(1)] * (most + 5))
    await door()(server.scope, server.receive, server.send)
    assert server.closes == [(1008, "too fast")]
    assert len(server.arriving) == 4


async def refusal(door: Door) -> list[dict[str, Any]]:
    """What is said before the accept, on a server that can say it."""
    server = Server()
    server.scope["extensions"] = {"websocket.http.response": {}}
    await door(server.scope, server.receive, server.send)
    return server.sent


async def test_a_route_that_is_shut_is_not_there() -> None:
    start, body = await refusal(Door(echo, TUTORIAL, is_open=lambda: False))
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert body["body"] == b"This page of the lab is not open here.\n"


async def test_a_route_that_is_full_says_when_to_come_again() -> None:
    async def stay(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    full = Door(stay, TUTORIAL, is_open=lambda: True)
    staying = [asyncio.ensure_future(full({}, Server().receive, Server().send)) for _ in range(CONNECTIONS)]
    await asyncio.sleep(0)
    start, body = await refusal(full)
    assert (start["status"], body["body"]) == (503, b"Enough are at this page of the lab.\n")
    assert (b"retry-after", b"30") in start["headers"]
    for one in staying:
        one.cancel()


async def test_a_server_that_has_no_words_for_it_closes() -> None:
    server = Server()
    await Door(echo, TUTORIAL, is_open=lambda: False)(server.scope, server.receive, server.send)
    assert server.sent == [{"type": CLOSE}]


async def test_a_failing_application_gives_its_place_back() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    one = Door(broken, TUTORIAL, is_open=lambda: True)
    for _ in range(60):
        server = Server()
        with pytest.raises(RuntimeError):
            await one(server.scope, server.receive, server.send)
