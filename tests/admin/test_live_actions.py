"""An act of the admin, through the real application: it is seen at once by tabs that are open."""

import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import AsyncClient

from accounts.models import User
from accounts.services.accounts import account_create
from chat.models import Message
from tests.admin.conftest import RANKS, person
from tests.client import cid
from tests.client.in_process import login
from tests.people import Tab

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


Communicator: Any = ApplicationCommunicator


class Admin:
    """A browser of a superuser over ASGI: its requests run in threads of the same process."""

    def __init__(self, application: Any, session_key: str) -> None:
        self._application = application
        self._cookies = f"{settings.SESSION_COOKIE_NAME}={session_key}; {settings.CSRF_COOKIE_NAME}={'c' * 32}"

    async def do(self, table: str, action: str, *pks: int, **given: str) -> int:
        """Run an action and return the status of the answer."""
        form = [("action", action), ("sure", "1"), ("csrfmiddlewaretoken", "c" * 32), *given.items()]
        body = urlencode([*form, *(("_selected_action", pk) for pk in pks)]).encode()
        headers = [
            (b"host", b"testserver"),
            (b"origin", b"http://testserver"),
            (b"cookie", self._cookies.encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": f"/admin/{table}/", "headers": headers}
        scope |= {"query_string": b"", "http_version": "1.1", "scheme": "http", "server": ("testserver", 80)}
        caller: Any = Communicator(self._application, scope)
        await caller.send_input({"type": "http.request", "body": body})
        start = await caller.receive_output(30)
        await caller.wait(30)
        return int(start["status"])


@pytest_asyncio.fixture
async def admin(application: Any) -> AsyncIterator[Admin]:
    boss = await sync_to_async(person)("Boss", **RANKS["superuser"])
    user = await User.objects.aget(pk=boss.pk)
    yield Admin(application, await login(user))


async def test_ban_from_the_admin_ends_the_tab_within_a_second(tab: Tab, admin: Admin) -> None:
    troll = await tab("Troll")
    pk = (await User.objects.aget(name="Troll")).pk
    began = time.monotonic()
    given = {"reason": "adverts", "rule": "spam", "lasting": "", "remove": "none"}
    assert await admin.do("accounts/user", "ban", pk, **given) == 302
    assert (await troll.bye()).code == 4503
    assert time.monotonic() - began < 5, "one second here, with room for a busy machine"


async def test_line_deleted_from_the_admin_goes_from_an_open_screen(tab: Tab, admin: Admin) -> None:
    ann, bo = await tab("Ann"), await tab("Bo")
    key = (await ann.request("room.create", cid=cid(), name="Room", topic="", public=True))["room"]
    await bo.request("room.join", room=key, cid=cid())
    for each in (ann, bo):
        await each.request("room.open", room=key, position=None)
    said = await ann.request("message.post", room=key, cid=cid(), text="an advert")
    await bo.event(key, said["o"])
    pk = (await Message.objects.aget(log__key=key, offset=said["o"])).pk
    assert await admin.do("chat/message", "delete_lines", pk, reason="adverts", rule="spam") == 302
    for each in (ann, bo):
        gone = await each.notification("room.event", kind="message.deleted")
        assert gone["data"]["o"] == said["o"]


async def test_badge_changes_on_open_screens_when_somebody_is_made_a_moderator(tab: Tab, admin: Admin) -> None:
    made = sync_to_async(account_create)
    bo_pk = (await made(name="Bo", hashed=make_password("four words"), email="", colour=0, device="", now=1)).pk
    ann, bo = await tab("Ann"), await tab("Bo")
    key = (await ann.request("room.create", cid=cid(), name="Badges", topic="", public=True))["room"]
    await bo.request("room.join", room=key, cid=cid())
    opened = [await each.request("room.open", room=key, position=None) for each in (bo, ann)]
    user = bo.user
    assert opened[1]["presence"][user]["badge"] == ""
    for act, badge, rev in (("make_moderator", "moderator", 2), ("unmake_moderator", "", 3)):
        assert await admin.do("accounts/user", act, bo_pk, reason="kind") == 302
        value = {**opened[1]["presence"][user], "badge": badge, "rev": rev}
        await ann.notification("room.signal", room=key, kind="presence", key=user, value=value)


async def test_mute_from_the_admin_is_told_in_every_room_of_the_person(tab: Tab, admin: Admin) -> None:
    ann = await tab("Ann")
    keys = [
        (await ann.request("room.create", cid=cid(), name=name, topic="", public=True))["room"]
        for name in ("One", "Two")
    ]
    pk = (await User.objects.aget(name="Ann")).pk
    given = {"reason": "shouting", "rule": "insult", "lasting": "3600000"}
    assert await admin.do("accounts/user", "mute", pk, **given) == 302
    for key in keys:
        told = await ann.notification("room.signal", room=key, kind="standing")
        assert (told["value"]["muted"]["by"], told["value"]["muted"]["reason"]) == ("site", "shouting")
        assert (await ann.error("message.post", room=key, cid=cid(), text="hello")).type == "muted"


async def test_no_page_of_the_admin_needs_more_than_our_policy(application: Any, admin: Admin) -> None:
    client = AsyncClient()
    await client.aforce_login(await User.objects.aget(name="Boss"))
    for page in ("/admin/", "/admin/accounts/user/", "/admin/realtime/event/"):
        answer = await client.get(page)
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy
        shown = answer.content.decode()
        assert [word for word in ("<style", " style=", "onclick=", "javascript:") if word in shown] == []
        assert "<script>" not in shown
