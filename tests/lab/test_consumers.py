"""Tests of the tutorial's servers, through the real application."""

import struct
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.services.people import guest_create
from lab.consumers import NOBODY, LampConsumer
from lab.route_limits import MAX_CONNECTIONS
from realtime.log import now_ms
from tests.client.in_process import login
from tests.lab.conftest import Visit

pytestmark = pytest.mark.asyncio


async def test_echo_answers_as_the_go_server_of_the_tutorial(visit: Visit) -> None:
    page = await visit("echo")
    await page.say("Hello, world!")
    assert await page.receive_from() == "Received:  Hello, world!"
    await page.say(b"\x00\xff")
    assert await page.receive_from() == b"\x00\xff"


async def test_echo_answers_an_empty_message_too(visit: Visit) -> None:
    page = await visit("echo")
    await page.say("")
    assert await page.receive_from() == "Received:  "
    await page.say(b"")
    assert await page.receive_from() == b""


async def test_lamp_is_the_same_for_all_pages_and_for_later_ones(visit: Visit) -> None:
    LampConsumer.lamp = "off"
    ann, ben = await visit("lamp"), await visit("lamp")
    assert [await page.receive_from() for page in (ann, ben)] == ["off", "off"]
    await ann.say("on")
    assert [await page.receive_from() for page in (ann, ben)] == ["on", "on"]
    assert await (await visit("lamp")).receive_from() == "on"
    await ben.say("dim")
    await ben.say("off")
    assert [await page.receive_from() for page in (ann, ben)] == ["off", "off"]


async def test_floats_are_little_endian_bytes_both_ways(visit: Visit) -> None:
    page = await visit("floats")
    numbers = bytes.fromhex("00000000 0000003f 0000803f 0000c03f 00000040")
    assert struct.unpack("<5f", numbers) == (0, 0.5, 1, 1.5, 2)
    await page.say(b"no float")  # eight bytes are two floats
    assert len((await page.receive_from()).split()) == 2
    assert await page.receive_from() == b"no float"
    await page.say(b"odd")
    await page.say(numbers)
    assert await page.receive_from() == "0 0.5 1 1.5 2"
    assert await page.receive_from() == numbers


async def test_published_value_reaches_every_subscriber(visit: Visit) -> None:
    ann, ben = await visit("sensors"), await visit("sensors")
    await ann.say("22C")
    assert [await page.receive_from() for page in (ann, ben)] == ["sensors/home/temperature 22C"] * 2


async def test_updates_are_counted(visit: Visit) -> None:
    page = await visit("updates")
    for number in ("1", "2"):
        await page.say("x" * 128 * 1024)
        assert await page.receive_from() == number


async def test_subprotocol_is_chosen_when_it_is_offered(visit: Visit) -> None:
    assert (await visit("idl", protocols=["lab.v1"])).subprotocol == "lab.v1"
    assert (await visit("idl")).subprotocol is None


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
async def test_close_has_the_requested_code_and_reason(visit: Visit, code: int) -> None:
    page = await visit("closing")
    for no_close in ("", "1005", "1006", "1015", "99", "5000", "one", "²"):
        await page.say(no_close)
    await page.say(f"{code} see you")
    assert await page.receive_output() == {"type": "websocket.close", "code": code, "reason": "see you"}


async def test_reason_is_cut_between_characters_to_123_bytes(visit: Visit) -> None:
    page = await visit("closing")
    await page.say("4000 " + "字" * 42)
    assert (await page.receive_output())["reason"] == "字" * 41


async def test_refusing_route_refuses_every_handshake(visit: Visit) -> None:
    with pytest.raises(AssertionError):
        await visit("refused")


FOREIGN = ["http://evil.example", "null", "https://testserver", None]


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.django_db(transaction=True)
async def test_foreign_origin_gets_the_name_only_from_the_unchecked_route(visit: Visit, origin: str | None) -> None:
    ann = await sync_to_async(guest_create)(name="Ann", face="", colour=0, device="", now=now_ms())
    key = await login(ann)
    page = await visit("open", origin, login=key)
    assert await page.receive_from() == "Ann"
    assert await page.receive_nothing()
    with pytest.raises(AssertionError):
        await visit("guarded", origin, login=key)


@pytest.mark.django_db(transaction=True)
async def test_invalid_log_in_has_no_name(visit: Visit) -> None:
    for cookie in ("", "x" * 32, "\x7f", "short"):
        assert await (await visit("open", login=cookie)).receive_from() == NOBODY


@pytest.mark.django_db(transaction=True)
async def test_rotated_key_ends_no_log_in(visit: Visit, settings: Any) -> None:
    ann = await sync_to_async(guest_create)(name="Ann", face="", colour=0, device="", now=now_ms())
    key = await login(ann)
    settings.SECRET_KEY, old = "another", settings.SECRET_KEY
    assert await (await visit("open", login=key)).receive_from() == NOBODY
    settings.SECRET_KEY = old
    assert await (await visit("open", login=key)).receive_from() == "Ann"


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("route", ["guarded", "echo", "lamp", "sensors", "closing"])
async def test_foreign_origin_is_refused_by_all_other_routes(visit: Visit, route: str, origin: str | None) -> None:
    with pytest.raises(AssertionError):
        await visit(route, origin)


async def test_open_route_is_closed_without_debug(visit: Visit, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(AssertionError):
        await visit("open")
    assert await (await visit("guarded")).receive_from() == NOBODY


async def test_no_route_answers_when_the_lab_is_off(visit: Visit, settings: Any) -> None:
    settings.LAB = False
    for route in ("echo", "open", "guarded"):
        with pytest.raises(AssertionError):
            await visit(route)


async def test_route_takes_fifty_connections_and_another_when_one_has_left(visit: Visit) -> None:
    pages = [await visit("floats") for _ in range(MAX_CONNECTIONS)]
    with pytest.raises(AssertionError):
        await visit("floats")
    await visit("echo")
    await pages[0].disconnect()
    await visit("floats")
