"""The live page and its numbers, through the real application: who may look, and that they are true."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient

from accounts.models import User
from moderation.models import Report
from realtime.process import Process
from tests.client import Client, cid
from tests.people import Tab

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


@sync_to_async
def promote(name: str, **facts: bool) -> User:
    User.objects.filter(name=name).update(**facts)
    return User.objects.get(name=name)


async def room_of(host: Client, *members: Client, public: bool = True) -> str:
    key = str((await host.request("room.create", cid=cid(), name="Kitchen", topic="", public=public))["room"])
    for member in members:
        await member.request("room.join", room=key, cid=cid())
    for each in (host, *members):
        await each.request("room.open", room=key, position=None)
    return key


async def test_only_moderators_and_admins_are_told(tab: Tab) -> None:
    ann = await tab("Ann")
    assert (await ann.error("live.read")).type == "forbidden"
    for facts in ({"is_moderator": True}, {"is_moderator": False, "is_superuser": True}):
        await promote("Ann", **facts)
        assert (await ann.request("live.read"))["connections"] == 1
    await promote("Ann", is_superuser=False, is_staff=True)
    assert (await ann.error("live.read")).type == "forbidden"
    host_of_a_room = await room_of(ann)
    assert host_of_a_room
    assert (await ann.error("live.read")).type == "forbidden"


async def test_live_page_is_404_for_others(tab: Tab) -> None:
    await tab("Ann")
    client = AsyncClient()
    assert (await client.get("/live/")).status_code == 404
    await client.aforce_login(await promote("Ann"))
    assert (await client.get("/live/")).status_code == 404
    user = await promote("Ann", is_moderator=True)
    page = await client.get("/live/")
    assert page.status_code == 200
    assert page.context["boot"]["user"] == user.key
    assert "unsafe" not in page["Content-Security-Policy"]
    await sync_to_async(User.objects.update)(banned_until=2**53 - 1)
    assert (await client.get("/live/")).status_code == 404


async def test_live_numbers_are_those_of_the_process(tab: Tab) -> None:
    mo, ann, bo = await tab("Mo"), await tab("Ann"), await tab("Bo")
    await promote("Mo", is_moderator=True)
    key = await room_of(ann, bo)
    before = await mo.request("live.read")
    repeated = cid()
    for _ in range(3):
        said = await ann.request("message.post", room=key, cid=repeated, text="hello")
    last = await bo.request("message.post", room=key, cid=cid(), text="well")
    for each in (ann, bo):
        await each.event(key, last["o"])
    assert said["o"] < last["o"]
    told = await mo.request("live.read")
    process = Process.running[asyncio.get_running_loop()]
    assert told["process"] == process.hub.name
    assert (told["connections"], told["people"], told["lagging"], told["queued"]) == (3, 3, 0, 0)
    assert told["repeats"] - before["repeats"] == 2
    assert told["batches"]["writes"] - before["batches"]["writes"] == 4
    assert sum(told["batches"]["sizes"]) == told["batches"]["count"]
    assert told["path"]["samples"] > before["path"]["samples"]
    assert 0 < told["path"]["p50"] < 10_000
    [room] = [each for each in told["rooms"] if each["room"] == key]
    assert (room["name"], room["here"], room["readers"]) == ("Kitchen", 2, 2)
    assert room["lines"] >= 2
    assert process.metrics.totals.deliveries >= 4
    assert told["up_s"] >= 0
    assert len(told["minutes"]) == 1


async def test_private_room_has_no_name_for_people_outside(tab: Tab) -> None:
    mo, ann = await tab("Mo"), await tab("Ann")
    await promote("Mo", is_moderator=True)
    key = await room_of(ann, public=False)
    await ann.request("message.post", room=key, cid=cid(), text="hello")
    assert [room["name"] for room in (await mo.request("live.read"))["rooms"] if room["room"] == key] == [None]
    await promote("Mo", is_superuser=True)
    assert [room["name"] for room in (await mo.request("live.read"))["rooms"] if room["room"] == key] == ["Kitchen"]


async def test_moderation_queue_is_counted(tab: Tab) -> None:
    host, ann = await tab("Host"), await tab("Ann")
    await promote("Host", is_moderator=True)
    key = await room_of(host, ann)
    o = (await ann.request("message.post", room=key, cid=cid(), text="an advert"))["o"]
    asked: dict[str, Any] = {"room": key, "user": ann.user, "reason": "adverts"}
    await host.request("report.create", room=key, cid=cid(), o=o, rule="spam")
    await host.request("sanction.make", cid=cid(), kind="mute", **asked)
    await host.request("sanction.make", cid=cid(), kind="mute", site=True, **asked)
    queue = (await host.request("live.read"))["door"]
    assert queue == {"sanctions": {"warn": 0, "mute": 2, "kick": 0, "ban": 0}, "on_site": 1, "appeals": 0, "reports": 1}
    await Report.objects.aupdate(state="handled")
    assert (await host.request("live.read"))["door"]["reports"] == 0
