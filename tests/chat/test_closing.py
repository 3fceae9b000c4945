"""Rooms that are archived, deleted and brought back: by whom, what stays, what is refused, and the directory."""

from typing import Any

import msgspec
import pytest
import time_machine
from django.test import Client

from accounts.models import User
from chat.models import Invite, Message, Room
from chat.selectors import access
from chat.selectors.own_rooms import welcome
from chat.selectors.rooms import DELETED_KEPT_MS
from chat.services import closing
from chat.services.closing import purge_due
from chat.services.rooms import lounge
from game.models import Match
from moderation.models import Audit
from moderation.services import site
from realtime.errors import RealtimeError
from realtime.log import SITE, batch, now_ms
from realtime.models import Deadline, Event
from realtime.types import Caller, LogKey
from tests.actions import act, ask, call, guest, last_event, outcome, post, room

pytestmark = pytest.mark.django_db


def refused(caller: Caller, method: str, **params: Any) -> tuple[int, str]:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value.code, str(error.value.args[0])


def keys(caller: Caller, **asked: Any) -> list[str]:
    return [each["key"] for each in ask(caller, "room.list", **asked)["rooms"]]


def mine(caller: Caller) -> list[str]:
    return [each["key"] for each in welcome(caller)]


def moderator(name: str = "Mod") -> Caller:
    caller = guest(name)
    User.objects.filter(pk=caller.pk).update(is_moderator=True)
    return caller


def test_archived_room_is_read_and_in_no_list(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    act(ana, "room.archive", room=key)
    assert (mine(ana), mine(ben)) == ([], [])
    assert key not in keys(guest())
    page = ask(ben, "history.page", room=key, after=0)
    assert o in [line["o"] for line in page["lines"]]
    assert Client().get(f"/r/{key}/").status_code == 200


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("message.post", {"text": "hello"}),
    ("message.edit", {"o": 3, "text": "other"}),
    ("message.restore", {"o": 3}),
    ("room.change", {"name": "Other", "topic": "", "public": True}),
    ("room.restrict", {"slow_s": 0, "locked": True, "guests_off": False, "approval": False, "reason": ""}),
    ("room.panic", {"on": True}),
    ("invite.create", {"expires_ms": None, "uses": None}),
    ("member.role", {"user": "x", "role": "host"}),
    ("member.remove", {"user": "x"}),
    ("member.admit", {"user": "x", "yes": True}),
    ("sanction.make", {"user": "x", "kind": "mute", "duration_ms": None, "reason": "", "rule": "spam"}),
    ("match.create", {"game": "four", "bot": None}),
    ("seat.take", {"match": 3, "seat": 1}),
    ("move.play", {"match": 3, "version": 3, "move": 1}),
    ("room.archive", {}),
]


@pytest.mark.parametrize(("method", "params"), WRITES, ids=[method for method, _ in WRITES])
def test_archived_room_takes_no_writes(ana: Caller, key: LogKey, method: str, params: dict[str, Any]) -> None:
    post(ana, key)
    act(ana, "room.archive", room=key)
    wanted = "already_done" if method == "room.archive" else "archived"
    assert refused(ana, method, room=key, **params) == (409, wanted)


@pytest.mark.parametrize(("method", "params"), WRITES, ids=[method for method, _ in WRITES])
def test_deleted_room_is_not_there(ana: Caller, key: LogKey, method: str, params: dict[str, Any]) -> None:
    post(ana, key)
    act(ana, "room.delete", room=key)
    assert refused(ana, method, room=key, **params) == (404, "not_found")


def test_people_may_leave_and_report_and_delete_in_an_archived_room(ana: Caller, ben: Caller, key: LogKey) -> None:
    bad, own = post(ana, key), post(ben, key)
    act(ana, "room.archive", room=key)
    act(ben, "report.create", room=key, o=bad, reason="", rule="spam")
    act(ben, "message.delete", room=key, o=own)
    act(ben, "read.mark", room=key, o=own)
    act(ben, "room.leave", room=key)
    assert refused(ben, "room.join", room=key) == (409, "archived")


def test_invites_of_a_closed_room_have_ended_until_it_is_back(ana: Caller, key: LogKey) -> None:
    act(ana, "invite.create", room=key, expires_ms=None, uses=None)
    code = Invite.objects.get().code
    act(ana, "room.archive", room=key)
    assert Client().get(f"/i/{code}").status_code == 410
    act(ana, "room.restore", room=key)
    assert Client().get(f"/i/{code}").status_code == 200


def test_restored_room_is_in_the_lists_again(ana: Caller, ben: Caller, key: LogKey) -> None:
    act(ana, "room.archive", room=key)
    answer = outcome(call(ana, "room.restore", room=key))
    assert {signal.to for signal in answer.signals if signal.value["key"] == key} == {ana.id, ben.id}
    assert (mine(ana), mine(ben)) == ([key], [key])
    post(ben, key)
    assert [entry.act for entry in Audit.objects.order_by("pk")] == ["room.archive", "room.restore"]


def test_deleted_room_is_hidden_at_once_and_comes_back(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    answer = outcome(call(ana, "room.delete", room=key))
    assert {(signal.to, signal.value) for signal in answer.signals} == {(ana.id, None), (ben.id, None)}
    assert (mine(ana), mine(ben), access.may_read(ben, key)) == ([], [], None)
    assert Client().get(f"/r/{key}/").status_code == 404
    revoked = last_event(SITE)
    assert '"deleted"' in str(revoked.data)
    act(ana, "room.restore", room=key)
    assert (mine(ben), Message.objects.get(log__key=key, offset=o).removed_at) == ([key], None)


def test_deleted_room_is_not_named_to_the_banned(ana: Caller, ben: Caller, key: LogKey, client: Client) -> None:
    client.force_login(User.objects.get(pk=ben.pk), "django.contrib.auth.backends.ModelBackend")
    act(ana, "sanction.make", room=key, user=ben.id, kind="ban")
    assert client.post(f"/r/{key}/appeal", {"text": ""}).status_code == 403
    act(ana, "room.delete", room=key)
    assert client.post(f"/r/{key}/appeal", {"text": ""}).status_code == 302
    assert client.get(f"/r/{key}/").status_code == 404


def test_closed_rooms_are_listed_for_their_hosts_until_they_are_purged(ana: Caller, ben: Caller, key: LogKey) -> None:
    other = room(ana)
    act(ana, "room.archive", room=key)
    act(ana, "room.delete", room=other)
    assert set(keys(ana, archived=True)) == {key, other}
    assert keys(ben, archived=True) == []
    with time_machine.travel((now_ms() + DELETED_KEPT_MS + 1) / 1000, tick=False):
        assert keys(ana, archived=True) == [key]
        assert refused(ana, "room.restore", room=other) == (409, "undo_over")


def test_members_and_strangers_close_nothing(ana: Caller, ben: Caller, key: LogKey) -> None:
    for caller in (ben, guest()):
        for method in ("room.archive", "room.delete", "room.restore"):
            assert refused(caller, method, room=key)[0] == 403
    act(ana, "room.delete", room=key)
    for caller in (ben, guest()):
        assert (
            refused(caller, "room.restore", room=key)
            == refused(caller, "room.restore", room="none")
            == (404, "not_found")
        )


def test_host_does_not_open_a_room_that_a_moderator_has_closed(ana: Caller, key: LogKey) -> None:
    mod = moderator()
    act(mod, "room.join", room=key)
    act(mod, "room.archive", room=key)
    assert refused(ana, "room.restore", room=key) == (403, "rank")
    act(ana, "room.delete", room=key)
    assert refused(ana, "room.restore", room=key) == (403, "rank")
    act(mod, "room.restore", room=key)


def test_lounge_and_direct_rooms_stay(ana: Caller) -> None:
    hall, mod = LogKey(lounge().log.key), moderator()
    act(mod, "room.join", room=hall)
    for method in ("room.archive", "room.delete"):
        assert refused(mod, method, room=hall) == (403, "forbidden")


def test_moderator_closes_a_private_room_from_outside(ana: Caller, ben: Caller) -> None:
    key, mod = room(ana, ben, public=False), moderator()
    found = Room.objects.get(log__key=key)
    for act_name, listed in (("archive", []), ("delete", []), ("restore", []), ("restore", [key])):
        site.room_close(caller=mod, room=found, act=act_name, reason="spam")
        assert mine(ben) == listed
    assert Audit.objects.filter(room=found, reason="spam").count() == 4
    with pytest.raises(RealtimeError):
        site.room_close(caller=ben, room=found, act="delete", reason="")


@pytest.mark.parametrize("method", ["room.archive", "room.delete"])
def test_matches_end_with_the_room(ana: Caller, ben: Caller, key: LogKey, method: str) -> None:
    playing = act(ana, "match.create", room=key, game="four", bot=None)["o"]
    act(ben, "seat.take", room=key, match=playing, seat=1)
    act(ana, method, room=key)
    match = Match.objects.get()
    assert (match.state, match.deadline) == ("over", None)
    assert '"nobody"' in match.table


def test_repeated_cid_archives_once(ana: Caller, key: LogKey) -> None:
    first = act(ana, "room.archive", room=key, cid="the-same-cid-again-0000")
    assert act(ana, "room.archive", room=key, cid="the-same-cid-again-0000") == first


def purge(key: LogKey, now: int) -> None:
    """Let the deadlines of the purge run until there is none."""
    while row := Deadline.objects.filter(log__key=key, kind="chat.room_purge", at__lte=now).first():
        data = row.data
        row.delete()
        with time_machine.travel(now / 1000, tick=False), batch([key]) as staged:
            purge_due(staged, key, msgspec.json.decode(data))


def test_purge_redacts_what_was_said_and_keeps_the_log_gapless(ana: Caller, ben: Caller, key: LogKey) -> None:
    act(ana, "reaction.set", room=key, o=post(ben, key, "a secret"), emoji="👍", on=True)
    act(ana, "room.delete", room=key)
    purge(key, now_ms() + DELETED_KEPT_MS + 1000)
    events = list(Event.objects.filter(log__key=key).order_by("offset"))
    assert [event.offset for event in events] == list(range(1, len(events) + 1))
    assert [event.data for event in events] == [None] * len(events)
    assert not Message.objects.filter(log__key=key).exclude(data=None, reactions=None).exists()
    assert Room.objects.get(log__key=key).name == ""


def test_purge_forgets_messages_part_by_part(ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "EVENTS_PER_RUN", 4)
    for number in range(5):
        post(ana, key, f"secret {number}")
    act(ana, "room.delete", room=key)
    now = now_ms() + DELETED_KEPT_MS + 1000
    with time_machine.travel(now / 1000, tick=False), batch([key]) as staged:
        purge_due(staged, key, {"at": Room.objects.get(log__key=key).deleted_at})
    kept = Message.objects.filter(log__key=key, kind="text").exclude(data=None).count()
    assert 0 < kept < 5
    purge(key, now)
    assert not Message.objects.filter(log__key=key).exclude(data=None).exists()


def test_deleted_room_keeps_its_name_until_it_is_purged(ana: Caller, ben: Caller, key: LogKey) -> None:
    name = Room.objects.get(log__key=key).name
    act(ana, "room.delete", room=key)
    assert refused(ben, "room.create", name=name, topic="", public=True) == (409, "name_taken")
    purge(key, now_ms() + DELETED_KEPT_MS + 1000)
    act(ben, "room.create", name=name, topic="", public=True)


def test_purge_leaves_a_room_alone_that_was_restored(ana: Caller, key: LogKey) -> None:
    post(ana, key, "stays")
    act(ana, "room.delete", room=key)
    act(ana, "room.restore", room=key)
    purge(key, now_ms() + DELETED_KEPT_MS + 1000)
    assert Message.objects.filter(log__key=key).exclude(data=None).exists()


# The directory


def test_directory_comes_in_pages_and_no_room_twice(ana: Caller) -> None:
    made = [room(guest(), name=f"Room {n}") for n in range(120)]
    found, before = [], None
    while True:
        page = ask(ana, "room.list", before=before)
        found += [each["key"] for each in page["rooms"]]
        before = page["next"]
        if before is None:
            break
    assert len(page["rooms"]) < 50
    assert [key for key in found if key in made] == made[::-1]
    assert len(found) == len(set(found))


def test_directory_is_in_the_order_in_which_others_spoke(ana: Caller, ben: Caller) -> None:
    quiet, busy = room(guest(), name="Quiet"), room(ana, name="Busy")
    Room.objects.filter(log__key=quiet).update(active_at=now_ms() - 1000)
    Room.objects.filter(log__key=busy).update(active_at=1)
    post(ana, busy)
    assert keys(guest())[:2] == [quiet, busy]
    act(ben, "room.join", room=busy)
    post(ben, busy)
    assert keys(guest())[:2] == [busy, quiet]


def test_directory_is_searched_by_name_and_topic_in_any_case(ana: Caller) -> None:
    key = room(guest(), name="Ёлка 100%")
    act(guest(), "room.create", name="Books", topic="Novels of 老舍", public=True)
    assert keys(ana, search="ёлка") == [key]
    assert keys(ana, search="100%") == [key]
    assert len(keys(ana, search="老舍")) == 1
    assert keys(ana, search="_") == []


def test_spam_of_one_guest_does_not_hide_a_room(ana: Caller, settings: Any) -> None:
    settings.QUOTAS = {"rooms_guest": 5}
    book_club = room(ana, name="Book club")
    spammer = guest("Spammer")
    made = 0
    for n in range(20):
        try:
            act(spammer, "room.create", name=f"Buy now {n}", topic="", public=True)
            made += 1
        except RealtimeError:
            pass
    assert made == 5
    assert book_club in keys(guest())
