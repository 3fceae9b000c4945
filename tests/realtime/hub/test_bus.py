"""Tests of the bus over both channel layers: messages carry what fits, and a lost one only costs a reconcile."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from channels.layers import InMemoryChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

from realtime.hub.bus import EVENTS_MAX_BYTES, Bus, BusMessage
from realtime.log.event import LogEvent
from realtime.types import LogKey

pytestmark = pytest.mark.asyncio

ROOM = LogKey("RoomOfTheTests16")


def entry(size: int) -> LogEvent:
    return LogEvent(ROOM, 1, 2, 3, 4, "note.posted", None, None, " host ", (5, 6), '"' + "x" * size + '"')


class Listener:
    """A bus and the messages that it has received."""

    def __init__(self, layer: Any) -> None:
        self.received: asyncio.Queue[BusMessage] = asyncio.Queue()
        self.bus = Bus(layer, self.received.put_nowait)


@pytest_asyncio.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Listener, Listener]]:
    """Yield the buses of two processes that both want the room."""
    if request.param == "memory":
        layers = [InMemoryChannelLayer()] * 2
    else:
        host = {"address": request.getfixturevalue("redis_url"), "socket_timeout": None}
        layers = [RedisPubSubChannelLayer(hosts=[host]) for _ in range(2)]
    listeners = Listener(layers[0]), Listener(layers[1])
    for listener in listeners:
        await listener.bus.start()
        listener.bus.want(ROOM)
    async with asyncio.timeout(10):
        for listener in listeners:
            while ROOM not in listener.bus._joined:  # noqa: ASYNC110 - a turn of the loop, not a wait
                await asyncio.sleep(0)
    yield listeners
    for listener in listeners:
        await listener.bus.stop()
    if request.param == "redis":
        for layer in layers:
            await layer.flush()


async def received(listener: Listener) -> BusMessage:
    return await asyncio.wait_for(listener.received.get(), 10)


async def test_message_arrives_whole(pair: tuple[Listener, Listener]) -> None:
    one, two = pair
    published = BusMessage("one", ROOM, 1, [entry(10)], [("typing", "mei", True)], people={}, full=True)
    one.bus.publish(published)
    assert await received(two) == BusMessage(
        "one", ROOM, 1, [entry(10)], [("typing", "mei", True)], people={}, full=True
    )


async def test_message_with_more_than_four_kib_of_events_carries_only_the_head(pair: tuple[Listener, Listener]) -> None:
    one, two = pair
    one.bus.publish(BusMessage("one", ROOM, 9, [entry(EVENTS_MAX_BYTES)]))
    message = await received(two)
    assert (message.head, message.events) == (9, [])


async def test_message_of_an_unwanted_room_is_not_received(pair: tuple[Listener, Listener]) -> None:
    one, two = pair
    two.bus.want(ROOM, False)
    async with asyncio.timeout(10):
        while ROOM in two.bus._joined:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    two.bus.want(LogKey("another"))
    two.bus.publish(BusMessage("two", ROOM, 1))
    assert (await received(one)).room == ROOM
    assert two.received.empty()


async def test_process_that_is_alone_publishes_nothing() -> None:
    """Only a layer in memory knows whether another process would receive a message."""
    layer = InMemoryChannelLayer()
    one, two = Listener(layer), Listener(layer)
    for listener in (one, two):
        await listener.bus.start()
    one.bus.want(ROOM)
    async with asyncio.timeout(10):
        while ROOM not in one.bus._joined:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    one.bus.publish(BusMessage("one", ROOM, 1))
    two.bus.publish(BusMessage("two", ROOM, 2))
    assert (await received(one)).head == 2
    assert one.received.empty()
    for listener in (one, two):
        await listener.bus.stop()


class Broken:
    """A layer that is down until told otherwise."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.down = True

    async def new_channel(self, prefix: str) -> str:
        return f"{prefix}!x"

    async def group_send(self, group: str, message: Any) -> None:
        if self.down:
            raise ConnectionError("down")
        self.sent.put_nowait(message)

    async def group_add(self, group: str, channel: str) -> None: ...

    async def receive(self, channel: str) -> Any:
        return await asyncio.Event().wait()


class Hung(Broken):
    """A layer that takes what it is given and does not answer."""

    async def group_send(self, group: str, message: Any) -> None:
        if self.down:
            await asyncio.Event().wait()
        await super().group_send(group, message)


@pytest.mark.parametrize("kind", [Broken, Hung])
async def test_layer_that_is_down_stops_no_process_and_is_logged_once(
    kind: type[Broken], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("realtime.hub.bus.TIMEOUT_S", 0.001)
    layer = kind()
    listener = Listener(layer)
    await listener.bus.start()
    for n in range(3):
        listener.bus.publish(BusMessage("one", ROOM, n))
    async with asyncio.timeout(10):
        while listener.bus._queue:  # noqa: ASYNC110 - a turn of the loop, not a wait
            await asyncio.sleep(0)
    layer.down = False
    listener.bus.publish(BusMessage("one", ROOM, 7))
    await asyncio.wait_for(layer.sent.get(), 10)
    await listener.bus.stop()
    assert caplog.text.count("the channel layer failed") == 1
