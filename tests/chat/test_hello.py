"""Tests the number of queries of hello: three, and those of each room that it opens."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client as Browser

from accounts.models import User
from chat import plugin
from realtime.log import head_of
from realtime.types import LogKey
from tests.actions import guest, post, room
from tests.client import Client
from tests.client.in_process import ChannelsWire, login_session
from tests.queries import queries
from tests.search.finding import indexed

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

ASIDE = re.compile(
    r'"realtime_deadline"|"search_|^SELECT "realtime_log"\."key"[^,]*, "realtime_log"\."head"[^,]* FROM|"offset" <= '
    r'|^SELECT "django_session"."session_key", "django_session"."expire_date" FROM'
    r'|^SELECT "accounts_user"."id", "accounts_user"."password", "accounts_user"."is_active"'
)
"""Queries that do not count: the regular ones of a process, and those of the events that follow the answer."""
MANY = 300
"""The number of messages: more than the recent events and a page of the log hold."""


@dataclass
class Rooms:
    """Two rooms of 300 lines of one person, and the login session."""

    login: str
    heads: dict[str, dict[str, int]]

    async def hello(self, application: Any, positions: Any) -> tuple[set[str], int]:
        """Return the modes in which the rooms are opened, and the number of queries."""
        wire = ChannelsWire(application, self.login)
        assert await wire.connect()
        client = Client(wire)
        with queries() as asked:
            answer = await client.hello(**positions)
        assert set(answer["opened"]) == set(positions)
        ways = {opening["mode"] for opening in answer["opened"].values()}
        return ways, len([sql for sql in asked if not ASIDE.search(sql)])

    @property
    def at_the_end(self) -> dict[str, dict[str, int]]:
        return {key: {"o": head["o"], "t": head["t"]} for key, head in self.heads.items()}


@pytest_asyncio.fixture
async def rooms(application: Any, grown: Callable[[LogKey, int], None], monkeypatch: pytest.MonkeyPatch) -> Rooms:
    """Leave only chat's own section in the snapshot, because those of other apps ask queries of their own."""
    monkeypatch.setattr(plugin.installed, "snapshot", {"invites": plugin.installed.snapshot["invites"]})

    def made() -> Rooms:
        ana = guest("Ana")
        keys = [room(ana), room(ana)]
        for key in keys:
            grown(key, MANY)
        indexed()  # otherwise the process does it, with queries of its own
        return Rooms(
            login_session(User.objects.get(pk=ana.pk)), {key: msgspec.structs.asdict(head_of(key)) for key in keys}
        )

    return await sync_to_async(made)()


async def test_hello_asks_for_login_session_user_and_memberships(application: Any, rooms: Rooms) -> None:
    assert await rooms.hello(application, {}) == (set(), 3)


async def test_loaded_room_costs_one_query_for_the_permission(application: Any, rooms: Rooms) -> None:
    await rooms.hello(application, rooms.at_the_end)
    assert await rooms.hello(application, rooms.at_the_end) == ({"replay"}, 3 + 2)


async def test_unloaded_room_reads_its_recent_events_too(application: Any, rooms: Rooms) -> None:
    assert await rooms.hello(application, rooms.at_the_end) == ({"replay"}, 3 + 2 * 2)


async def test_position_before_recent_events_is_read_from_database(application: Any, rooms: Rooms) -> None:
    await rooms.hello(application, rooms.at_the_end)
    assert await rooms.hello(application, {key: {"o": 2, "t": 2} for key in rooms.heads}) == ({"replay"}, 3 + 2 * 2)


async def test_snapshot_reads_access_room_messages_and_invites(application: Any, rooms: Rooms) -> None:
    await rooms.hello(application, rooms.at_the_end)
    lost = {key: {"o": head["o"], "t": head["t"] + 1} for key, head in rooms.heads.items()}
    assert await rooms.hello(application, lost) == ({"snapshot"}, 3 + 2 * (1 + 4))


async def test_hello_goes_on_from_a_page_without_gap_or_double(application: Any) -> None:
    """A message between the page and the hello comes once, whether the page showed its neighbour or not."""

    def page_and_more() -> tuple[str, dict[str, Any], list[int]]:
        ana = guest("Ana")
        key = room(ana)
        post(ana, key, "in the page")
        login = login_session(User.objects.get(pk=ana.pk))
        browser = Browser()
        browser.cookies[settings.SESSION_COOKIE_NAME] = login
        boot = browser.get(f"/r/{key}/").context["boot"]
        said = [post(ana, key, text) for text in ("after the page", "and after that")]
        return login, boot, said

    login, boot, said = await sync_to_async(page_and_more)()
    key, snapshot = boot["room"], boot["snapshot"]
    assert snapshot["head"]["o"] == snapshot["lines"][-1]["o"] == said[0] - 1
    wire = ChannelsWire(application, login)
    assert await wire.connect()
    client = Client(wire)
    answer = await client.request(
        "session.hello",
        v=1,
        token=boot["token"],
        rooms={key: {"o": snapshot["head"]["o"], "t": snapshot["head"]["t"]}},
    )
    assert answer["opened"][key]["mode"] == "replay"
    await client.event(key, said[-1])
    assert [event["o"] for event in client.events(key)] == said
