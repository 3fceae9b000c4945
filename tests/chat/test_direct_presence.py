"""People who are asked into a direct room, or block somebody in it, are not seen there."""

from typing import Any

import pytest

from tests.client import Client, cid
from tests.people import Tab

pytestmark = [pytest.mark.attack, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def hall(host: Client, *others: Client) -> str:
    key: str = (await host.request("room.create", cid=cid(), name="Hall", topic="", public=True))["room"]
    for other in others:
        await other.request("room.join", cid=cid(), room=key)
    return key


async def opened(client: Client, key: str) -> Any:
    return await client.request("room.open", room=key, position=None)


async def test_blocker_is_not_present_in_a_direct_room(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    lobby = await hall(ann, bo)
    key = (await ann.request("direct.open", users=[bo.user]))["room"]
    await bo.request("direct.answer", room=key, accept=True)
    await bo.request("person.block", user=ann.user, blocked=True)
    assert (await opened(bo, key))["here"] == 0
    assert set((await opened(ann, key))["presence"]) == {ann.user}
    await bo.request("typing.set", room=key, typing=True)
    await bo.request("message.post", cid=cid(), room=key, text="still here")
    await ann.until(lambda: any("still here" in frame for frame in ann.frames))
    assert not any('"kind":"typing"' in frame for frame in ann.frames)
    await opened(bo, lobby)
    assert bo.user in (await opened(ann, lobby))["presence"]


async def test_block_takes_the_blocker_out_of_the_people_present(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    await hall(ann, bo)
    key = (await ann.request("direct.open", users=[bo.user]))["room"]
    await bo.request("direct.answer", room=key, accept=True)
    for client in (ann, bo):
        await opened(client, key)
    assert (await ann.request("presence.read", room=key))["here"] == 2
    await bo.request("person.block", user=ann.user, blocked=True)
    await ann.until(lambda: any(f'"kind":"presence","key":"{bo.user}","value":null' in frame for frame in ann.frames))


async def test_addressee_of_a_request_cannot_open_the_room(tab: Tab) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    await hall(ann, bo)
    key = (await ann.request("direct.open", users=[bo.user]))["room"]
    await ann.request("message.post", cid=cid(), room=key, text="hello")
    signal = await bo.notification("room.signal", kind="request")
    assert (signal["room"], signal["value"]["text"]) == (key, "hello")
    assert (await bo.error("room.open", room=key, position=None)).code == 404
    assert (await bo.error("typing.set", room=key, typing=True)).code == 404
    assert (await bo.error("read.mark", room=key, o=1)).code == 404
    assert (await opened(ann, key))["here"] == 1
