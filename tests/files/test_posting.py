"""Files in messages: posted, edited, deleted, brought back, purged; and the right to read them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import User
from accounts.services.people import person_forget
from chat.models import Message
from chat.services.messages import HOST_UNDO_MS
from files.limits import for_client
from files.models import File, Usage
from files.services.deletion import collect
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from tests.actions import act, ask, data_of, enter, last_event, line, message, post, room
from tests.files.browser import Browser
from tests.files.samples import picture

pytestmark = pytest.mark.django_db


def posted(caller: Caller, place: LogKey, *keys: str, text: str = "", **more: Any) -> int:
    o: int = act(caller, "message.post", room=place, text=text, files=[{"key": key} for key in keys], **more)["o"]
    return o


def refused(caller: Caller, method: str, **params: Any) -> RealtimeError:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value


def run_due() -> None:
    for job in deadlines.due():
        outcome_of(job)


def outcome_of(job: Any) -> None:
    from realtime.workers.transaction import write

    [found] = write([job])
    assert not isinstance(found, BaseException), found


def test_message_has_the_description_of_its_files(web: Browser, ana: Caller, key: LogKey) -> None:
    file = web.file(picture("PNG", (40, 30)), "Sun set.png")
    text = web.file(b"words", "notes.txt")
    wanted = [{"key": file["key"], "alt": " The\nsea "}, {"key": text["key"]}]
    o = act(ana, "message.post", room=key, text="*look*", files=wanted)["o"]
    shown = line(ana, key, o)["data"]
    assert shown == {"text": "*look*", "html": "<p><em>look</em></p>", "files": [{**file, "alt": "The sea"}, text]}
    assert data_of(last_event(key)) == {"kind": "text", **shown}
    assert file == {
        "key": file["key"], "name": "Sun set.png", "type": "image/png", "size": file["size"], "w": 40, "h": 30,
        "colour": file["colour"],
    }  # fmt: skip


def test_text_may_be_empty_only_with_files(web: Browser, ana: Caller, key: LogKey) -> None:
    file = web.file(b"1")["key"]
    assert refused(ana, "message.post", room=key, text=" \n").type == "empty"
    o = posted(ana, key, file)
    assert line(ana, key, o)["data"]["text"] == ""
    act(ana, "message.edit", room=key, o=o, text="now with words")
    assert [each["key"] for each in line(ana, key, o)["data"]["files"]] == [file]
    act(ana, "message.edit", room=key, o=o, text="")
    assert line(ana, key, o)["data"]["files"]
    assert refused(ana, "message.edit", room=key, o=post(ana, key), text="").type == "empty"


def test_file_is_posted_once(web: Browser, ana: Caller, key: LogKey) -> None:
    file = web.file(b"1")["key"]
    posted(ana, key, file, cid="c" * 10)
    assert posted(ana, key, file, cid="c" * 10) == last_event(key).offset
    assert refused(ana, "message.post", room=key, text="", files=[{"key": file}]).type == "file_used"
    other = web.file(b"2")["key"]
    assert refused(ana, "message.post", room=key, text="", files=[{"key": other}] * 2).type == "file_used"
    assert web.client.delete(f"/files/{file}").status_code == 409


@pytest.mark.attack
def test_refused_message_takes_none_of_its_files(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    used, fresh = web.file(b"1")["key"], web.file(b"2")["key"]
    posted(ana, key, used)
    wanted = [{"key": fresh}, {"key": used}]
    assert refused(ana, "message.post", room=key, text="", files=wanted).type == "file_used"
    post(ben, key)
    assert (web.status(fresh), Browser(ben).status(fresh)) == (200, 404)
    assert posted(ana, key, fresh)


@pytest.mark.attack
def test_alt_text_has_no_invisible_characters(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    wanted = [{"key": web.file(picture())["key"], "alt": " A\0\u202e \nsea\u200d"}]
    o = act(ana, "message.post", room=key, text="", files=wanted)["o"]
    assert line(ana, key, o)["data"]["files"][0]["alt"] == "A sea\u200d"
    act(ben, "message.post", room=key, text="nice", re=o)
    assert ask(ben, "history.page", room=key, before=o + 2)["quotes"]


def test_refused_message_leaves_its_files_unused(web: Browser, ana: Caller, ben: Caller, key: LogKey) -> None:
    file = web.file(b"1")["key"]
    place = room(ben, ana)
    act(ana, "room.leave", room=place)
    assert refused(ana, "message.post", room=place, text="", files=[{"key": file}]).code == 403
    assert refused(ana, "message.post", room=key, text="/roll", files=[{"key": file}]).type == "files_with_command"
    assert posted(ana, key, file)


def test_upload_that_is_not_complete_cannot_be_posted(web: Browser, ana: Caller, key: LogKey) -> None:
    file = web.create(10)["key"]
    for wanted in (file, "x" * 22):
        assert refused(ana, "message.post", room=key, text="", files=[{"key": wanted}]).type == "no_file"


@pytest.mark.parametrize(("limit", "shown"), [(10, 10), (0, 100), (500, 100)])
def test_client_is_told_how_many_files_a_request_may_name(limit: int, shown: int, settings: Any) -> None:
    settings.FILE_LIMITS = {"message_files": limit}
    assert for_client()["message_files"] == shown


@pytest.mark.attack
def test_upload_of_another_person_cannot_be_posted(web: Browser, ben: Caller, key: LogKey) -> None:
    file = web.file(b"1")["key"]
    assert refused(ben, "message.post", room=key, text="", files=[{"key": file}]).type == "no_file"


def test_files_of_a_message_are_bounded(web: Browser, ana: Caller, key: LogKey, settings: Any) -> None:
    settings.FILE_LIMITS = {"message_files": 2}
    keys = [web.file(b"1")["key"] for _ in range(3)]
    assert (
        refused(ana, "message.post", room=key, text="", files=[{"key": each} for each in keys]).type == "too_many_files"
    )
    assert (
        refused(ana, "message.post", room=key, text="", files=[{"key": keys[0], "alt": "x" * 501}]).type == "too_long"
    )
    assert posted(ana, key, *keys[:2])


def test_space_of_a_room_is_bounded(web: Browser, ana: Caller, key: LogKey, settings: Any) -> None:
    settings.FILE_LIMITS = {"room_bytes": 5}
    posted(ana, key, web.file(b"123")["key"])
    error = refused(ana, "message.post", room=key, text="", files=[{"key": web.file(b"456")["key"]}])
    assert (error.type, error.more["scope"]) == ("files_full", "room")


def test_right_to_a_file_is_the_right_to_its_message(ana: Caller, ben: Caller, cy: Caller) -> None:
    web, other, stranger, visitor = Browser(ana), Browser(ben), Browser(cy), Browser()
    secret, public = room(ana, ben, public=False), room(ana)
    file, open_file = web.file(b"1")["key"], web.file(b"2")["key"]
    posted(ana, secret, file)
    posted(ana, public, open_file)
    assert [each.status(file) for each in (web, other, stranger, visitor)] == [200, 200, 404, 404]
    assert [each.status(open_file) for each in (web, other, stranger, visitor)] == [200, 200, 200, 200]
    act(ben, "room.leave", room=secret)
    assert other.status(file) == 404
    enter(ana, cy, secret)
    assert stranger.status(file) == 200
    act(ana, "sanction.make", room=secret, user=cy.id, kind="ban")
    assert stranger.status(file) == 404


@pytest.mark.attack
def test_file_of_a_message_for_others_is_hidden(ana: Caller, ben: Caller, key: LogKey) -> None:
    web = Browser(ana)
    file = web.file(b"1")["key"]
    o = posted(ana, key, file)
    Message.objects.filter(log__key=key, offset=o).update(audience=f" u:{ana.id} ")
    assert (web.status(file), Browser(ben).status(file)) == (200, 404)


def test_deletion_hides_files_at_once_and_undo_brings_them_back(web: Browser, ana: Caller, key: LogKey) -> None:
    file = web.file(b"1")["key"]
    o = posted(ana, key, file)
    act(ana, "message.delete", room=key, o=o)
    assert web.status(file) == 404
    act(ana, "message.restore", room=key, o=o)
    assert (web.body(file), line(ana, key, o)["data"]["files"][0]["key"]) == (b"1", file)


def test_bodies_of_a_deleted_message_are_deleted_after_the_time_to_undo(
    ana: Caller, key: LogKey, bodies: Callable[[], list[Path]]
) -> None:
    web = Browser(ana)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        kept = posted(ana, key, web.file(b"kept")["key"])
        gone = posted(ana, key, web.file(picture("PNG", (900, 30)))["key"])
        act(ana, "message.edit", room=key, o=kept, text="words")
        act(ana, "message.delete", room=key, o=gone)
        collect()
        assert len(bodies()) == 3
        clock.shift(HOST_UNDO_MS / 1000 + 1)
        run_due()
        collect()
    assert [path.read_bytes() for path in bodies()] == [b"kept"]
    assert set(Usage.objects.values_list("scope", "bytes")) == {
        ("site", 4), (f"user:{ana.pk}", 4), (f"room:{message(key, kept).log_id}", 4),
    }  # fmt: skip


def test_restored_message_keeps_its_bodies(ana: Caller, key: LogKey, bodies: Callable[[], list[Path]]) -> None:
    web = Browser(ana)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        o = posted(ana, key, web.file(b"kept")["key"])
        act(ana, "message.delete", room=key, o=o)
        act(ana, "message.restore", room=key, o=o)
        clock.shift(HOST_UNDO_MS / 1000 + 1)
        run_due()
        collect()
    assert len(bodies()) == 1


def test_ban_with_removal_hides_and_deletes_files(
    ana: Caller, ben: Caller, key: LogKey, bodies: Callable[[], list[Path]]
) -> None:
    web = Browser(ben)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        file = web.file(b"1")["key"]
        posted(ben, key, file)
        act(ana, "sanction.make", room=key, user=ben.id, kind="ban", remove="all")
        assert Browser(ana).status(file) == 404
        clock.shift(HOST_UNDO_MS / 1000 + 1)
        run_due()
        collect()
    assert bodies() == []


def test_purged_room_takes_its_files(ana: Caller, bodies: Callable[[], list[Path]]) -> None:
    from chat.selectors.rooms import DELETED_KEPT_MS

    web, place = Browser(ana), room(ana)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        file = web.file(b"1")["key"]
        posted(ana, place, file)
        act(ana, "room.delete", room=place)
        assert web.status(file) == 404
        clock.shift(DELETED_KEPT_MS / 1000 + 1)
        for _ in range(3):
            run_due()
        collect()
    assert (bodies(), File.objects.count()) == ([], 0)


def test_deleted_account_takes_its_files(
    ana: Caller, ben: Caller, key: LogKey, bodies: Callable[[], list[Path]]
) -> None:
    web = Browser(ben)
    file, unposted = web.file(b"1")["key"], web.file(b"2")["key"]
    posted(ben, key, file, text="look")
    person_forget(user=User.objects.get(pk=ben.pk), now=now_ms())
    assert (Browser(ana).status(file), Browser(ana).status(unposted)) == (404, 404)
    collect()
    assert bodies() == []


def test_upload_that_is_not_posted_is_deleted_after_a_day(
    ana: Caller, key: LogKey, bodies: Callable[[], list[Path]]
) -> None:
    web = Browser(ana)
    with time_machine.travel(now_ms() / 1000, tick=False) as clock:
        used = web.file(b"used")["key"]
        posted(ana, key, used)
        web.file(b"unused")
        web.patch(web.create(10)["key"], 0, b"half")
        clock.shift(24 * 3600 + 1)
        run_due()
        collect()
    assert [path.read_bytes() for path in bodies()] == [b"used"]
    assert File.objects.get().key == used


def test_request_to_a_stranger_takes_no_files(ana: Caller, ben: Caller, key: LogKey) -> None:
    direct = LogKey(act(ana, "direct.open", users=[ben.id])["room"])
    file = Browser(ana).file(b"1")["key"]
    assert refused(ana, "message.post", room=direct, text="hi", files=[{"key": file}]).type == "unanswered"
    act(ben, "direct.open", users=[ana.id])
    assert posted(ana, direct, file)
