"""The WebSocket through the real application: handshake, hello, and what ends a connection."""

import asyncio
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.sessions.models import Session

from accounts.models import User
from accounts.quotas import DAY_MS
from accounts.services.people import guest_create
from realtime.log import SITE, batch, now_ms
from realtime.process import Process
from realtime.security import login_of, token_make
from realtime.types import UserId
from tests.client import Client
from tests.client.in_process import ChannelsWire, login
from tests.queries import queries

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@sync_to_async
def person(name: str) -> User:
    return guest_create(name=name, face="", colour=0, device="", now=1)


async def connected(application: Any, session_key: str | None) -> Client:
    wire = ChannelsWire(application, session_key)
    assert await wire.connect()
    return Client(wire)


async def test_guest_says_hello(application: Any) -> None:
    mei = await person("Mei")
    client = await connected(application, await login(mei))
    answer = await client.hello()
    assert answer["user"]["id"] == mei.key
    assert answer["user"]["name"] == "Mei"
    assert (answer["v"], answer["opened"]) == (1, {})


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://testserver"])
async def test_foreign_origin_is_refused_at_the_handshake(application: Any, origin: str) -> None:
    wire = ChannelsWire(application, await login(await person("Mei")), origin)
    assert not await wire.connect()


async def test_other_url_is_refused_without_a_log_line(application: Any, caplog: pytest.LogCaptureFixture) -> None:
    headers = [(b"host", b"testserver"), (b"origin", b"http://testserver")]
    accepted, _ = await WebsocketCommunicator(application, "/nope/", headers).connect()
    assert not accepted
    assert caplog.records == []


async def test_hello_is_refused_when_there_is_no_login_session(application: Any) -> None:
    client = await connected(application, None)
    await client.ask("session.hello", v=1, token="")
    assert (await client.bye()).code == 4001


async def test_token_of_another_login_session_is_refused(application: Any) -> None:
    mei = await person("Mei")
    client = await connected(application, await login(mei))
    await client.ask("session.hello", v=1, token=token_make(await login(mei)))
    assert (await client.bye()).code == 4001


async def test_expired_token_is_refused(application: Any) -> None:
    key = await login(await person("Mei"))
    with time_machine.travel("2026-01-01", tick=False):
        old = token_make(key)
    client = await connected(application, key)
    await client.ask("session.hello", v=1, token=old)
    assert (await client.bye()).code == 4001


async def test_ended_login_session_is_closed_for_good(application: Any) -> None:
    key = await login(await person("Mei"))
    await Session.objects.all().adelete()
    client = await connected(application, key)
    await client.ask("session.hello", v=1, token=token_make(key))
    assert (await client.bye()).code == 4501


async def test_hello_of_a_deactivated_user_is_closed_for_good(application: Any) -> None:
    mei = await person("Mei")
    await User.objects.filter(pk=mei.pk).aupdate(is_active=False)
    key = await login(mei)
    client = await connected(application, key)
    await client.ask("session.hello", v=1, token=token_make(key))
    assert (await client.bye()).code == 4503


async def test_hello_succeeds_when_a_room_does_not_exist(application: Any) -> None:
    client = await connected(application, await login(await person("Mei")))
    answer = await client.hello(nowhere={"o": 0, "t": 0})
    assert answer["opened"]["nowhere"]["error"]["code"] == 404


async def test_logging_out_ends_that_login_session_only(application: Any) -> None:
    mei = await person("Mei")
    keys = [await login(mei), await login(mei)]
    here, there = [await connected(application, key) for key in keys]
    await here.hello()
    await there.hello()

    def log_out() -> None:
        with batch([SITE]) as staged:
            staged.revoke(UserId(mei.key), login=login_of(keys[0]))

    await sync_to_async(log_out)()
    assert (await here.bye()).code == 4501
    assert (await there.request("room.close", room="any")) == {}


async def test_connected_user_is_seen_without_loading_a_page(application: Any) -> None:
    mei, jonas = await person("Mei"), await person("Jonas")
    client = await connected(application, await login(mei))
    await client.hello()
    gone = await connected(application, await login(jonas))
    await gone.hello()
    await gone.wire.close()
    process = Process.running[asyncio.get_running_loop()]
    for _ in range(2):
        await User.objects.all().aupdate(seen_at=1)
        await process.tell_seen()
        await mei.arefresh_from_db()
        await jonas.arefresh_from_db()
        assert now_ms() - mei.seen_at < DAY_MS
    assert jonas.seen_at == 1  # told once, when he had been there


async def test_seen_is_not_called_when_no_user_is_connected(application: Any) -> None:
    await person("Mei")
    await connected(application, None)
    process = Process.running[asyncio.get_running_loop()]
    with queries() as asked:
        await process.tell_seen()
    assert [sql for sql in asked if "accounts_user" in sql] == []


async def test_binary_frame_closes_with_a_reason(application: Any) -> None:
    client = await connected(application, await login(await person("Mei")))
    await client.hello()
    wire: Any = client.wire
    await wire.send_binary(b"\0")
    assert (await client.bye()).reason == "binary"
    assert client.notifications[-1]["params"]["code"] == 4015


async def test_bad_input_leaves_no_traceback_and_the_connection_usable(
    application: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = await connected(application, await login(await person("Mei")))
    await client.hello()
    for text in ("{", "[" * 2000):
        await client.send(text)
    assert (await client.request("room.close", room="any")) == {}
    assert "Traceback" not in caplog.text
