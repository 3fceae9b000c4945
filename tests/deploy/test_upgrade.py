"""Tests the upgrade of a database that release 0.1 made.

`release_0_1.sql` is the dump of a database that release 0.1 (commit 7518321) created and filled through its own
services: Ana is the host of a room and a superuser, Ben and Cat play a match there, Dan is banned from the room, Eve
is banned from the site, Cat is muted, Ben has a warning and has reported a message.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import User
from accounts.selectors import caller_of
from chat.models import Message, Room
from chat.selectors import may_open, welcome
from moderation.models import Audit, Report, Sanction
from realtime.errors import RealtimeError
from realtime.log import head_of
from realtime.types import Caller, LogKey
from tests.actions import act, ask

pytestmark = pytest.mark.sqlite
DUMP = Path(__file__).with_name("release_0_1.sql")


@contextmanager
def database(file: Path) -> Iterator[None]:
    """Put this file in the place of the test database."""
    default = connections["default"]
    kept = default.settings_dict["NAME"]
    default.close()
    default.settings_dict["NAME"] = str(file)
    ContentType.objects.clear_cache()
    yield
    default.close()
    default.settings_dict["NAME"] = kept
    ContentType.objects.clear_cache()


@pytest.fixture(scope="module")
def migrated(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the file of the database of release 0.1 after the migrations."""
    file = tmp_path_factory.mktemp("upgrade") / "parlor.sqlite3"
    old = sqlite3.connect(file)
    old.executescript(DUMP.read_text())
    old.close()
    with django_db_blocker.unblock(), database(file):
        call_command("migrate", verbosity=0, run_syncdb=True)
    return file


@pytest.fixture(autouse=True)
def upgraded(migrated: Path, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[None]:
    """Give each test a copy of its own."""
    with django_db_blocker.unblock(), database(Path(copy(migrated, tmp_path))):
        yield


def user(name: str) -> User:
    return User.objects.get(name=name)


def caller(name: str) -> Caller:
    found = caller_of(user(name))
    assert found is not None
    return found


def browser(name: str) -> Client:
    client = Client()
    client.force_login(user(name))
    return client


@pytest.fixture
def key() -> LogKey:
    return LogKey(Room.objects.get(name="Kitchen").log.key)


def error_of(name: str, method: str, **params: Any) -> str:
    with pytest.raises(RealtimeError) as refused:
        act(caller(name), method, **params)
    return refused.value.type


def test_messages_are_listed_with_their_tags(key: LogKey) -> None:
    lines = ask(caller("Ben"), "history.page", room=key, after=0)["lines"]
    shown = [line["data"] and line["data"].get("text") for line in lines if line["kind"] == "text"]
    assert shown == ["hello", "the *second* answer", None, "shouting", None]
    assert None not in [line["t"] for line in lines]
    [room] = [room for room in welcome(caller("Ben")) if room["key"] == key]
    assert room["name"] == "Kitchen"


def test_message_is_edited(key: LogKey) -> None:
    hello = Message.objects.get(author=user("Ana"), kind="text")
    act(caller("Ana"), "message.edit", room=key, o=hello.offset, text="hello")
    assert Message.objects.get(pk=hello.pk).edited_at


def test_match_is_read_and_goes_on(key: LogKey) -> None:
    card = Message.objects.get(kind="match")
    table = ask(caller("Ana"), "match.read", room=key, match=card.offset)["table"]
    assert (table.state, table.view["columns"][3]) == ("playing", [0, 1])
    player = User.objects.get(key=table.seats[table.turn]["user"])
    act(caller(player.name), "move.play", room=key, match=card.offset, version=table.version, move=4)


def test_ban_from_the_room_is_in_force(key: LogKey) -> None:
    with pytest.raises(RealtimeError, match="banned"):
        may_open(caller("Dan"), key)
    assert error_of("Dan", "message.post", room=key, text="hello") == "banned"
    page = browser("Dan").get(f"/r/{key}/")
    assert page.status_code == 403
    assert "abuse" in page.content.decode()


def test_ban_from_the_site_is_in_force() -> None:
    assert caller_of(user("Eve")) is None
    page = browser("Eve").get("/")
    assert page.status_code == 403
    assert "raid" in page.content.decode()


def test_mute_and_warning_are_in_force(key: LogKey) -> None:
    assert error_of("Cat", "message.post", room=key, text="hello") == "muted"
    assert error_of("Ben", "message.post", room=key, text="hello") == "warned"
    warning = Sanction.objects.get(kind="warn")
    act(caller("Ben"), "sanction.acknowledge", room=key, sanction=warning.key)
    act(caller("Ben"), "message.post", room=key, text="hello")


def test_ban_is_lifted_and_its_messages_come_back(key: LogKey) -> None:
    ban = Sanction.objects.get(kind="ban", room__isnull=False)
    act(caller("Ana"), "sanction.lift", room=key, sanction=ban.key, reason="")
    assert may_open(caller("Dan"), key) is not None
    assert Message.objects.get(author=user("Dan")).removed_at is None
    head = head_of(key).o
    act(caller("Dan"), "message.post", room=key, text="hello")
    assert head_of(key).o == head + 1


@pytest.mark.parametrize("model", [Sanction, Report, Audit])
def test_content_type_is_renamed_and_log_entry_leads_to_its_row(model: Any) -> None:
    renamed = ContentType.objects.get(model=model._meta.model_name)
    assert renamed.app_label == "moderation"
    assert Permission.objects.filter(content_type=renamed).count() == 4
    entry = LogEntry.objects.get(content_type=renamed)
    assert isinstance(entry.get_edited_object(), model)
    assert browser("Ana").get(str(entry.get_admin_url())).status_code == 200
