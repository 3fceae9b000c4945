"""Tests of the hook that is told each change of a message's data."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import time_machine

from chat.models import Message
from chat.plugin import MessageChange, installed
from chat.selectors.rooms import DELETED_KEPT_MS
from moderation.models import Sanction
from realtime.errors import RealtimeError
from realtime.log import Batch, now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.transaction import write
from tests.actions import act, call, message, post, room
from tests.apps import APPS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent
WRITES = re.compile(r"message\.data(, message\.\w+)* = |\.update\([^)]*data=|Message\.objects.*\.update\(\*\*")


class Mirror:
    """A copy of the data of all messages, kept by the hook alone."""

    def __init__(self) -> None:
        self.data: dict[tuple[LogKey, int], str | None] = {}
        self.calls = 0

    def hook(self, batch: Batch, changes: Sequence[MessageChange]) -> None:
        self.calls += 1
        for change in changes:
            self.data[change.room, change.o] = change.data

    def check(self) -> None:
        stored = Message.objects.values_list("log__key", "offset", "data")
        assert self.data == {(LogKey(key), o): data for key, o, data in stored}


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    mirror = Mirror()
    monkeypatch.setattr(installed, "message_changed", [mirror.hook])
    yield mirror
    mirror.check()


@pytest.fixture
def key(mirror: Mirror, host: Caller, ana: Caller, ben: Caller) -> LogKey:
    """Return a room that is made after the mirror."""
    return room(host, ana, ben)


def claim() -> None:
    while due := deadlines.due():
        assert [found for found in write(due) if isinstance(found, RealtimeError)] == []


def test_hook_is_told_a_post_an_edit_a_deletion_and_a_restore(ana: Caller, key: LogKey, mirror: Mirror) -> None:
    o = post(ana, key, "first")
    mirror.check()
    for method, more in [("edit", {"text": "second"}), ("delete", {}), ("restore", {}), ("delete", {})]:
        act(ana, f"message.{method}", room=key, o=o, **more)
        assert mirror.data[key, o] == message(key, o).data
        mirror.check()


def test_hook_is_told_messages_that_a_ban_removes_and_its_end_restores(
    host: Caller, ana: Caller, key: LogKey, mirror: Mirror
) -> None:
    offsets = [post(ana, key, f"spam {n}") for n in range(3)]
    act(host, "sanction.make", room=key, user=ana.id, kind="ban", remove="all", reason="spam")
    claim()
    assert [mirror.data[key, o] for o in offsets] == [None] * 3
    act(host, "sanction.lift", room=key, sanction=Sanction.objects.latest("pk").key)
    claim()
    assert None not in [mirror.data[key, o] for o in offsets]


def test_hook_is_told_the_purge_of_a_room(host: Caller, ana: Caller, key: LogKey, mirror: Mirror) -> None:
    post(ana, key, "gone for good")
    act(host, "room.delete", room=key)
    with time_machine.travel((now_ms() + DELETED_KEPT_MS + 1000) / 1000):
        claim()
    assert {data for (place, _), data in mirror.data.items() if place == key} == {None}


def test_hook_is_called_once_for_a_group_of_posts(ana: Caller, ben: Caller, key: LogKey, mirror: Mirror) -> None:
    before = mirror.calls
    write([call([ana, ben][n % 2], "message.post", room=key, text=f"{n}") for n in range(30)])
    assert mirror.calls == before + 1


def test_hook_is_not_told_a_refused_message(ana: Caller, key: LogKey, mirror: Mirror) -> None:
    known = dict(mirror.data)
    with pytest.raises(RealtimeError):
        act(ana, "message.edit", room=key, o=9_999, text="nothing")
    assert mirror.data == known


def test_message_is_stored_when_a_hook_fails(
    ana: Caller, key: LogKey, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(batch: Batch, changes: Sequence[MessageChange]) -> None:
        raise ValueError

    monkeypatch.setattr(installed, "message_changed", [fail, mirror.hook])
    o = post(ana, key, "kept")
    assert message(key, o).data == mirror.data[key, o] is not None
    assert "a hook failed for 1 changed messages" in caplog.text


def test_every_service_that_writes_the_data_of_messages_calls_the_hook() -> None:
    services = [path for app in APPS for path in (ROOT / app / "services").rglob("*.py")]
    writing = [path for path in services if WRITES.search(path.read_text())]
    assert {path.name for path in writing} >= {"messages.py", "closing.py", "removal.py"}
    assert [path for path in writing if "message_note" not in path.read_text()] == []
