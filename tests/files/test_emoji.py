"""The emoji of rooms."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import User
from accounts.services.people import person_forget
from chat.selectors.rooms import DELETED_KEPT_MS
from chat.services.emoji import EMOJI_PER_ROOM
from files.services.deletion import collect
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from tests.actions import act, ask, data_of, last_event, room
from tests.files.browser import Browser
from tests.files.samples import picture
from tests.files.test_posting import run_due

pytestmark = pytest.mark.django_db


def added(web: Browser, caller: Caller, key: LogKey, name: str) -> str:
    file: str = web.file(picture(), square=True)["key"]
    act(caller, "emoji.add", room=key, name=name, file=file)
    return file


def refused(caller: Caller, method: str, **params: Any) -> str:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value.type


def test_host_adds_and_removes_emoji(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    file = added(web, ana, key, "otter")
    assert (last_event(key).kind, data_of(last_event(key))) == ("emoji.added", {"name": "otter", "file": file})
    assert ask(ben, "emoji.read", room=key) == {"emoji": {"otter": file}}
    other = web.file(picture(), square=True)["key"]
    assert refused(ana, "emoji.add", room=key, name="otter", file=other) == "name_used"
    assert refused(ana, "emoji.add", room=key, name="again", file=web.file(picture())["key"]) == "no_file"
    act(ana, "emoji.remove", room=key, name="otter")
    assert (ask(ben, "emoji.read", room=key), web.status(file)) == ({"emoji": {}}, 404)
    assert refused(ana, "emoji.remove", room=key, name="otter") == "not_found"


@pytest.mark.attack
def test_emoji_is_not_taken_to_another_room(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    file = added(web, ana, key, "otter")
    assert refused(ana, "emoji.add", room=room(ana), name="otter", file=file) == "file_used"
    assert refused(ana, "emoji.add", room=key, name="again", file=file) == "file_used"
    assert Browser(ben).status(file) == 200


@pytest.mark.attack
def test_member_changes_no_emoji(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    added(web, ana, key, "otter")
    file = Browser(ben).file(picture(), square=True)["key"]
    assert refused(ben, "emoji.add", room=key, name="mine", file=file) == "forbidden"
    assert refused(ben, "emoji.remove", room=key, name="otter") == "forbidden"


@pytest.mark.attack
def test_right_to_an_emoji_is_the_right_to_its_room(ana: Caller, ben: Caller, cy: Caller) -> None:
    secret = room(ana, ben, public=False)
    file = added(Browser(ana), ana, secret, "otter")
    assert [Browser(each).status(file) for each in (ana, ben, cy, None)] == [200, 200, 404, 404]
    act(ben, "room.leave", room=secret)
    assert Browser(ben).status(file) == 404


def test_emoji_stay_when_the_account_that_added_them_is_deleted(ana: Caller, ben: Caller, key: LogKey) -> None:
    act(ana, "member.role", room=key, user=ben.id, role="host")
    file = added(Browser(ben), ben, key, "otter")
    person_forget(user=User.objects.get(pk=ben.pk), now=now_ms())
    assert (ask(ana, "emoji.read", room=key), Browser(ana).status(file)) == ({"emoji": {"otter": file}}, 200)


def test_emoji_of_a_room_are_bounded(web: Browser, ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.services.emoji.EMOJI_PER_ROOM", 1)
    added(web, ana, key, "otter")
    file = web.file(picture(), square=True)["key"]
    assert refused(ana, "emoji.add", room=key, name="seal", file=file) == "too_many_emoji"
    assert EMOJI_PER_ROOM == 50


def test_purged_room_takes_its_emoji(ana: Caller, bodies: Callable[[], list[Path]]) -> None:
    place = room(ana)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        added(Browser(ana), ana, place, "otter")
        act(ana, "room.delete", room=place)
        clock.shift(DELETED_KEPT_MS / 1000 + 1)
        for _ in range(3):
            run_due()
        collect()
    assert bodies() == []
