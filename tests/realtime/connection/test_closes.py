"""Tests of closes: each has its reason in a bye, leaves no traceback, and does not disturb the room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from realtime.errors import Close
from realtime.process import Process
from tests.client import Client, cid
from tests.client.in_process import ChannelsWire, login
from tests.people import person

pytestmark = [pytest.mark.attack, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

Provoke = Callable[[Client], Awaitable[None]]
Tab = Callable[..., Awaitable[Client]]
START = {"o": 0, "t": 0}
ASK = '{"jsonrpc":"2.0","id":1,"method":"session.ping","params":{}}'
SIGNAL = '{"jsonrpc":"2.0","method":"typing.set","params":{"room":"x","typing":true}}'
ANSWER = '{"jsonrpc":"2.0","id":1,"result":{}}'


def saying(text: str, times: int = 1) -> Provoke:
    async def say(client: Client) -> None:
        for _ in range(times):
            await client.send(text)

    return say


async def binary(client: Client) -> None:
    wire: Any = client.wire
    await wire.send_binary(b"\0")


WAYS: dict[str, tuple[Provoke, int, str]] = {
    "64 KiB and one byte": (saying("x" * 65_537), 4013, "too_large"),
    "64 KiB and one byte of Chinese": (saying("漢" * 21_846), 4013, "too_large"),
    "a binary frame": (binary, 4015, "binary"),
    "three times no JSON": (saying("{", 3), 4000, "protocol"),
    "three times a batch": (saying(f"[{ASK}]", 3), 4000, "protocol"),
    "three times 2,000 brackets": (saying(ASK.replace("{}", "[" * 2000 + "]" * 2000), 3), 4000, "protocol"),
    "three times hello": (saying(ASK.replace("session.ping", "session.hello"), 3), 4000, "protocol"),
    "ten times the rate": (saying(ASK, 1000), 4029, "too_fast"),
    "ten times the rate of signals": (saying(SIGNAL, 1000), 4029, "too_fast"),
    "ten times the rate of answers": (saying(ANSWER, 1000), 4029, "too_fast"),
}
FINAL_TOO = {name: way for name, way in WAYS.items() if way[1] != 4029}


@pytest_asyncio.fixture
async def tab(application: Any) -> AsyncIterator[Tab]:
    """`await tab("Ana", room=START)`: a greeted tab with this room open, within the limits that people have."""
    opened: list[Client] = []

    async def greeted(name: str, **rooms: dict[str, int]) -> Client:
        wire = ChannelsWire(application, await login(await person(name)))
        assert await wire.connect()
        client = Client(wire)
        opened.append(client)
        await client.hello(**rooms)
        return client

    yield greeted
    for client in opened:
        await client.wire.close()


async def ended(client: Client, provoke: Provoke) -> Close:
    """Return the close that was provoked; the bye before it has the same reason."""
    await provoke(client)
    close = await client.bye()
    [bye] = [frame["params"] for frame in client.notifications if frame["method"] == "session.bye"]
    assert (bye["code"], bye["reason"]) == (close.code, close.reason)
    return Close(close.code, close.reason, bye["retry_after_ms"])


def later(seconds: float) -> None:
    """Put the clock of the running process forward."""
    process = Process.running[asyncio.get_running_loop()]
    now = process.now
    process.now = lambda: now() + seconds


@pytest.mark.parametrize("way", WAYS)
async def test_connection_closes_with_its_reason_and_the_room_stays_usable(
    tab: Tab, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    provoke, code, reason = WAYS[way]
    ana, ben = await tab("Ana"), await tab("Ben")
    room = (await ben.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
    for client in (ana, ben):
        await client.request("room.open", room=room, position=START)
    close = await ended(ana, provoke)
    assert (close.code, close.reason) == (code, reason)
    assert (close.retry_after_ms is not None) is (code == 4029)
    o = (await ben.request("message.post", room=room, cid=cid(), text="still here"))["o"]
    assert (await ben.event(room, o))["data"]["text"] == "still here"
    later(10)  # as long as the close asks who came too fast to wait
    again = await tab("Ana", **{room: START})
    assert (await again.event(room, o))["data"]["text"] == "still here"
    assert [record.getMessage() for record in caplog.records if record.exc_info or record.levelname == "ERROR"] == []


@pytest.mark.parametrize("way", FINAL_TOO)
async def test_third_violation_is_final_for_this_user_only(tab: Tab, way: str) -> None:
    provoke, code, reason = FINAL_TOO[way]
    closes = [await ended(await tab("Ana"), provoke) for _ in range(3)]
    assert [(close.code, close.reason) for close in closes] == [(code, reason), (code, reason), (code + 500, reason)]
    assert (await ended(await tab("Ben"), provoke)).code == code
