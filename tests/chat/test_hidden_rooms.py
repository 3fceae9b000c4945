"""A room that may not be seen answers like one that is not there, whatever is asked, over both doors."""

import re
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client as Browser

from realtime.types import LogKey
from realtime.wire.session import HUB_REQUESTS
from tests.actions import enter, guest
from tests.actions import room as make_room
from tests.client import Client, ErrorResponse, cid
from tests.people import Tab

pytestmark = [pytest.mark.attack, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

ABSENT = "NotThereAtAll000"
MORE: dict[str, dict[str, Any]] = {
    "room.open": {"position": {"o": 0, "t": 0}},
    "room.change": {"name": "Mine", "topic": "", "public": True},
    "invite.create": {"expires_ms": None, "uses": None},
    "invite.revoke": {"invite": "abcdefghijkl"},
    "member.role": {"user": "abcdefghijkl", "role": "host"},
    "member.remove": {"user": "abcdefghijkl"},
    "history.page": {"after": 0},
    "message.post": {"text": "hello"},
    "message.edit": {"o": 1, "text": "hello"},
    "message.delete": {"o": 1},
    "message.restore": {"o": 1},
    "message.pin": {"o": 1, "pinned": True},
    "quotes.read": {"offsets": [1]},
    "reaction.set": {"o": 1, "emoji": "👍", "on": True},
    "read.unmark": {"o": 1},
    "inbox.mark": {"o": 1},
    "people.find": {"search": "a"},
    "emoji.add": {"name": "rose", "file": "x"},
    "emoji.remove": {"name": "rose"},
    "preview.remove": {"o": 1, "url": "https://example.org/"},
    "read.mark": {"o": 1},
    "typing.set": {"typing": True},
    "match.create": {"game": "four"},
    "match.read": {"match": 1},
    "match.resign": {"match": 1},
    "match.claim": {"match": 1},
    "match.present": {"match": 1},
    "match.rematch": {"match": 1},
    "seat.take": {"match": 1, "seat": 0},
    "seat.leave": {"match": 1},
    "seat.bot": {"match": 1, "seat": 1, "bot": "easy"},
    "seat.wait": {"match": 1, "waiting": True},
    "move.play": {"match": 1, "version": 1, "move": 0},
    "move.hover": {"match": 1},
    "sanction.make": {"user": "x", "kind": "mute"},
    "sanction.lift": {"sanction": "x"},
    "sanction.acknowledge": {"sanction": "x"},
    "sanction.appeal": {"sanction": "x", "text": "please"},
    "sanction.answer": {"sanction": "x", "granted": True},
    "sanction.preview": {"user": "x"},
    "room.restrict": {"slow_s": 0, "locked": True, "guests_off": False, "approval": False},
    "room.panic": {"on": True},
    "member.admit": {"user": "x", "yes": True},
    "report.create": {"o": 1, "rule": "spam"},
    "report.read": {"report": "x"},
    "report.close": {"report": "x", "outcome": "handled"},
    "audit.list": {},
    "direct.answer": {"accept": True},
    "direct.hide": {"hidden": True},
}


def asked_of_rooms() -> dict[str, dict[str, Any]]:
    """Every method that names a room, with params that would do; a new one without is a KeyError in its own test."""
    from config.asgi import backend

    methods = {
        name for name, method in backend.methods.items() if "room" in getattr(method.params, "__struct_fields__", ())
    }
    durable = {name for name in methods if backend.methods[name].durable}
    plain = {
        "room.close",
        "presence.read",
        "room.join",
        "room.leave",
        "room.archive",
        "room.delete",
        "room.restore",
        "member.list",
        "pins.read",
        "emoji.read",
        "sanction.list",
        "report.list",
    }
    return {
        name: {**(MORE[name] if name not in plain else {}), **({"cid": cid()} if name in durable else {})}
        for name in sorted(methods | set(HUB_REQUESTS))
    }


async def answer(client: Client, method: str, **params: Any) -> Any:
    try:
        return await client.request(method, **params)
    except ErrorResponse as refused:
        return refused.code, refused.data


@sync_to_async
def hidden_room(*, removed: str) -> tuple[LogKey, str]:
    """Return a private room, and the id of a person who was removed from it."""
    from accounts.models import User
    from tests.actions import act, again

    host, gone = guest("Host"), again(User.objects.get(name=removed))
    key = make_room(host, public=False)
    enter(host, gone, key)
    act(host, "message.post", room=key, text="hidden")
    act(host, "member.remove", room=key, user=gone.id)
    return key, gone.id


async def test_every_method_answers_alike_for_hidden_and_absent_rooms(tab: Tab) -> None:
    stranger, removed = await tab("Stranger"), await tab("Removed")
    key, _ = await hidden_room(removed="Removed")
    for client in stranger, removed:
        for method, params in asked_of_rooms().items():
            again = params | ({"cid": cid()} if "cid" in params else {})
            hidden = await answer(client, method, room=key, **params)
            absent = await answer(client, method, room=ABSENT, **again)
            assert hidden == absent, method
            assert method == "room.close" or hidden[0] == 404, method


async def test_list_of_public_rooms_has_no_hidden_room(tab: Tab) -> None:
    stranger = await tab("Stranger")
    await tab("Removed")
    key, _ = await hidden_room(removed="Removed")
    assert key not in str(await stranger.request("room.list"))


async def test_removed_member_gets_no_more_events(tab: Tab) -> None:
    host, other = await tab("Host"), await tab("Other")
    key = (await host.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
    await other.request("room.join", room=key, cid=cid())
    await other.request("room.open", room=key)
    await host.request("room.change", room=key, cid=cid(), name="Room", topic="", public=False)
    await host.request("member.remove", room=key, cid=cid(), user=other.user)
    await other.notification("room.left", room=key)
    await host.request("message.post", room=key, cid=cid(), text="aMarkOnlyForMembers")
    await other.request("session.ping")
    assert (await other.error("room.open", room=key, position={"o": 0, "t": 0})).code == 404
    assert not [frame for frame in other.notifications if "aMarkOnlyForMembers" in str(frame)]


@pytest.mark.django_db(transaction=True)
async def test_page_of_hidden_room_equals_page_of_absent_room(tab: Tab) -> None:
    await tab("Removed")
    key, _ = await hidden_room(removed="Removed")

    def pages(room: str) -> list[tuple[int, str]]:
        found = [Browser().get(f"/r/{room}/{line}") for line in ("", "@1")]
        return [(page.status_code, re.sub(room, "", page.content.decode())) for page in found]

    assert await sync_to_async(pages)(key) == await sync_to_async(pages)(ABSENT)
