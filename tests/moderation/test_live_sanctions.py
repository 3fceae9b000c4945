"""A ban while it happens: through the real application, with tabs that are open."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from realtime.models import Event
from tests.client import TIMEOUT_S, Client, ErrorResponse, cid
from tests.people import Tab

pytestmark = [pytest.mark.attack, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def room_of(host: Client, *members: Client) -> str:
    room = str((await host.request("room.create", cid=cid(), name=f"Room {cid()}", topic="", public=True))["room"])
    for member in members:
        await member.request("room.join", room=room, cid=cid())
    for one in (host, *members):
        await one.request("room.open", room=room, position=None)
    return room


async def sanction(host: Client, room: str, user: Client, kind: str, **more: Any) -> int:
    asked = {"room": room, "cid": cid(), "user": user.user, "kind": kind}
    return int((await host.request("sanction.make", **asked, **more))["o"])


async def say(client: Client, room: str, text: str) -> int:
    """Post a message and return its offset, or 0 for a banned author."""
    try:
        return int((await client.request("message.post", room=room, cid=cid(), text=text))["o"])
    except ErrorResponse as refused:
        if refused.type != "banned":
            raise
        return 0


@sync_to_async
def promote(client: Client, **facts: bool) -> None:
    User.objects.filter(key=client.user).update(**facts)


async def test_ban_closes_every_tab_and_removes_messages_for_others(tab: Tab) -> None:
    host, troll, other_tab, bystander = await tab("Host"), await tab("Troll"), await tab("Troll"), await tab("By")
    room = await room_of(host, troll, bystander)
    await other_tab.request("room.open", room=room, position=None)
    said = [await say(troll, room, f"spam {n}") for n in range(5)]
    await sanction(host, room, troll, "ban", remove="all", reason="adverts")
    for each in (troll, other_tab):
        left = await each.notification("room.left", room=room)
        assert (left["reason"], left["until"]) == ("banned", None)
    gone = await bystander.notification("room.event", kind="messages.removed")
    assert sorted(gone["data"]["offsets"]) == said
    assert (await troll.error("room.open", room=room, position=None)).type == "banned"
    o = await say(bystander, room, "quiet again")
    await bystander.event(room, o)
    assert not [event for event in troll.events(room) if event["o"] == o]


async def test_post_that_races_a_ban_is_stored_before_it_or_not_at_all(tab: Tab) -> None:
    host, troll = await tab("Host"), await tab("Troll")
    room = await room_of(host, troll)
    answers: list[int] = []
    enough = asyncio.Event()

    async def flood() -> None:
        for n in range(500):
            answers.append(await say(troll, room, f"{n}"))
            if n == 100:
                enough.set()

    async def ban() -> int:
        await enough.wait()
        return await sanction(host, room, troll, "ban")

    _, at = await asyncio.gather(flood(), ban())
    taken = [o for o in answers if o]
    assert 100 <= len(taken) < 500
    assert max(taken) < at
    lines = [event.offset async for event in Event.objects.filter(log__key=room, kind="message.posted")]
    assert sorted(taken) == sorted(lines)


async def test_site_ban_ends_the_connections(tab: Tab) -> None:
    mod, troll, other_tab = await tab("Mod"), await tab("Troll"), await tab("Troll")
    await promote(mod, is_moderator=True)
    room = await room_of(mod, troll)
    await sanction(mod, room, troll, "ban", site=True)
    for each in (troll, other_tab):
        assert (await each.bye()).code == 4503


async def test_kick_leaves_the_other_rooms_open(tab: Tab) -> None:
    host, ann = await tab("Host"), await tab("Ann")
    room, elsewhere = await room_of(host, ann), await room_of(host, ann)
    await sanction(host, room, ann, "kick")
    assert (await ann.notification("room.left", room=room))["reason"] == "kicked"
    o = await say(ann, elsewhere, "still here")
    await ann.event(elsewhere, o)


async def silenced(client: Client, room: str) -> bool:
    """Wait until the hub knows of a mute, a moment after it is written, and return whether there is one."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            try:
                await client.request("typing.set", room=room, typing=True)
            except ErrorResponse as refused:
                return bool(refused.code == 403)


async def test_mute_is_signalled_to_every_tab_of_the_person(tab: Tab) -> None:
    host, ann, other_tab = await tab("Host"), await tab("Ann"), await tab("Ann")
    room = await room_of(host, ann)
    await sanction(host, room, ann, "mute", reason="enough")
    for each in (ann, other_tab):
        told = await each.notification("room.signal", kind="standing", room=room)
        assert told["value"]["muted"]["reason"] == "enough"
    assert await silenced(ann, room)


async def test_lockdown_stops_many_new_guests_at_once(tab: Tab) -> None:
    host, resident = await tab("Host"), await tab("Resident")
    raiders = [await tab(f"Raider {n}") for n in range(20)]
    room = await room_of(host, resident, *raiders)
    calm = asyncio.Event()

    async def newcomers(raider: Client) -> list[str]:
        answers = []
        while not calm.is_set():
            try:
                await raider.request("message.post", room=room, cid=cid(), text="RAID")
                answers.append("taken")
            except ErrorResponse as refused:
                answers.append(refused.type)
                calm.set()
        return answers

    async def panic() -> int:
        await resident.until(lambda: len(resident.events(room)) > 100)
        return int((await host.request("room.panic", room=room, cid=cid(), on=True))["o"])

    raiding = asyncio.gather(*map(newcomers, raiders))
    at = await panic()
    assert any("locked" in each for each in await raiding)
    lines = [event.offset async for event in Event.objects.filter(log__key=room, kind="message.posted")]
    assert max(lines) < at
    assert (await raiders[0].error("message.post", room=room, cid=cid(), text="RAID")).type == "locked"
    assert await say(host, room, "That was that.") > at
