"""Tests of floods: one client's requests are counted and its answers bounded, so that others are served."""

import asyncio
import contextlib
from typing import Any

import pytest

from realtime.process import Process
from realtime.workers.preprocessing import add_cpu
from tests.client import Client, Ended, ErrorResponse, cid
from tests.client.in_process import HIGH_RATES, ChannelsWire, MemoryWire, login
from tests.people import person

pytestmark = [pytest.mark.attack, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def test_unknown_methods_are_counted(application: Any) -> None:
    wire = ChannelsWire(application, await login(await person("Mei")))
    assert await wire.connect()
    client = Client(wire)
    await client.hello()
    errors = [await client.error("no.such.method") for _ in range(200)]
    assert {error.code for error in errors} == {-32601, 429}


async def knocked(application: Any, address: str) -> ChannelsWire | None:
    """Return a connection from this address, or None when it is denied."""
    wire = ChannelsWire(application, None, address=address)
    return wire if await wire.connect() else None


async def test_public_address_has_bounded_connections_before_and_after_hello(
    application: Any, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REALTIME = {"address_connections": 2}
    first, second, third = [await knocked(application, "8.8.8.8") for _ in range(3)]
    assert (first is not None, second is not None, third) == (True, True, None)
    assert "8.8.8.8" in caplog.text
    assert "Traceback" not in caplog.text
    assert await knocked(application, "9.9.9.9")
    assert first
    await first.close()
    fourth, fifth = [await knocked(application, "8.8.8.8") for _ in range(2)]
    assert (fourth is not None, fifth) == (True, None)


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.2", "fd00::1"])
async def test_private_network_is_not_counted(application: Any, settings: Any, address: str) -> None:
    """All who come through a proxy have its address."""
    settings.REALTIME = {"address_connections": 2}
    assert all([await knocked(application, address) for _ in range(5)])


async def test_hellos_at_once_do_not_pass_the_limit_of_connections(application: Any) -> None:
    key = await login(await person("Mei"))
    wires = [ChannelsWire(application, key) for _ in range(30)]
    for wire in wires:
        assert await wire.connect()

    async def greeted(wire: ChannelsWire) -> bool:
        with contextlib.suppress(Ended):
            await Client(wire).hello()
            return True
        return False

    assert sum(await asyncio.gather(*map(greeted, wires))) <= 20


async def test_answers_that_nobody_reads_make_a_connection_lag_or_end(transactional_db: None, settings: Any) -> None:
    """Requests are few and small, answers large: 128 KiB each."""
    from config.asgi import backend

    settings.REALTIME = HIGH_RATES
    process = Process(backend, "one")
    await process.start()
    try:
        wire = MemoryWire(process, await login(await person("Mei")))
        client = Client(wire)
        await client.hello()
        key = (await client.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
        for _ in range(12):
            await client.request("message.post", room=key, cid=cid(), text="x" * 9_900)
        wire.reads.clear()
        connection = wire.connection
        for number in range(64):
            await client.ask("history.page", room=key, before=2**53 - 1)
            if number % 8 == 7:
                await process.readers.run(int)
        async with asyncio.timeout(5):
            while not (connection.queue.lagging or connection.session.state == "closed"):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
    finally:
        wire.reads.set()
        await process.stop()


async def test_hello_with_a_thousand_foreign_rooms_asks_for_few(application: Any) -> None:
    """Each asks the database: the four that may be open are enough."""
    wire = ChannelsWire(application, await login(await person("Mei")))
    assert await wire.connect()
    client = Client(wire)
    rooms = {f"Foreign{number:09}": {"o": 0, "t": 0} for number in range(1000)}
    with contextlib.suppress(ErrorResponse, Ended):
        opened = (await client.request("session.hello", v=1, token=wire.token, rooms=rooms))["opened"]
        asked = [answer for answer in opened.values() if answer["error"]["data"]["type"] == "not_found"]
        assert len(asked) <= 4


DEAR = "- a\n" * 900
"""Markdown that takes long to render."""


async def test_texts_that_cost_more_than_a_user_has_wait_over_all_connections_and_others_do_not(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from config.asgi import backend

    monkeypatch.setattr("chat.rendering.add_cpu", lambda seconds: add_cpu(seconds + 0.4))
    settings.REALTIME = HIGH_RATES
    process = Process(backend, "one")
    monkeypatch.setattr(process, "now", lambda: 1000.0)
    await process.start()
    try:
        login_of_mei = await login(await person("Mei"))
        first, second = [Client(MemoryWire(process, login_of_mei)) for _ in range(2)]
        other = Client(MemoryWire(process, await login(await person("Jonas"))))
        for client in (first, second, other):
            await client.hello()
        key = (await first.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
        await other.request("room.join", room=key, cid=cid())
        posted = [await client.request("message.post", room=key, cid=cid(), text=DEAR) for client in (first, second)]
        edited = await first.request("message.edit", room=key, cid=cid(), o=posted[0]["o"], text=DEAR)
        errors = [
            await first.error("message.post", room=key, cid=cid(), text=DEAR),
            await second.error("message.edit", room=key, cid=cid(), o=posted[1]["o"], text=DEAR),
        ]
        assert {(refused.code, refused.type) for refused in errors} == {(429, "too_fast")}
        assert all(refused.data["retry_after_ms"] > 4_000 for refused in errors)
        assert (await second.request("message.post", room=key, cid=cid(), text="a *word*"))["o"] > edited["o"]
        assert (await other.request("message.post", room=key, cid=cid(), text=DEAR))["o"] > edited["o"]
        monkeypatch.setattr(process, "now", lambda: 1010.0)
        assert (await second.request("message.post", room=key, cid=cid(), text=DEAR))["o"] > edited["o"]
    finally:
        await process.stop()
