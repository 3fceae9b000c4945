"""Rooms and who is in them: made, changed, joined, left, handed over."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from accounts.names import look
from accounts.selectors import people, person_of
from chat.models import Invite, Membership, Room
from chat.selectors import may_read, snapshot, welcome
from chat.services.entrance import guest_enter
from chat.services.rooms import lounge
from realtime.errors import RealtimeError
from realtime.log import SITE, head_of
from realtime.models import Event, Log
from realtime.types import Caller, LogKey, Signal
from tests.actions import act, ask, call, data_of, enter, guest, last_event, outcome, post, room

pytestmark = pytest.mark.django_db


def refused(caller: Caller, method: str, **params: object) -> tuple[int, str]:
    with pytest.raises(RealtimeError) as error:
        act(caller, method, **params)
    return error.value.code, str(error.value.args[0])


def room_access(caller: Caller, key: LogKey) -> dict[str, object]:
    """Return the room in the caller's list."""
    return next(dict(room) for room in welcome(caller) if room["key"] == key)


def signals(caller: Caller, method: str, **params: object) -> tuple[Signal, ...]:
    return outcome(call(caller, method, **params)).signals


def revoked() -> list[dict[str, object]]:
    return [data_of(event) for event in Event.objects.filter(log__key=SITE).order_by("offset")]


def test_lounge_is_created_once() -> None:
    assert lounge() == lounge()
    assert Room.objects.filter(lounge=True).count() == 1
    assert head_of(LogKey(lounge().log.key)).o == 0


def test_new_room_has_its_first_message_and_its_creator_as_host(ana: Caller) -> None:
    given = {"name": " Garden ", "topic": "of roses", "public": False}
    asked = call(ana, "room.create", **given)
    answer = outcome(asked)
    key = LogKey(answer.result["room"])
    facts = {"name": "Garden", "topic": "of roses", "public": False}
    assert (data_of(last_event(key)), last_event(key).kind) == (facts, "room.created")
    head = head_of(key)
    mine = {
        "key": key, **facts, "lounge": False, "direct": [], "role": "host", "unread": 0, "mentions": 0, "read": 1,
        "head": {"o": head.o, "t": head.t, "n": head.n},
    }  # fmt: skip
    assert welcome(ana) == [mine]
    assert answer.signals == (Signal(key, "membership", "", {**mine, "rank": 1}, to=ana.id),)
    assert outcome(asked).result == answer.result


@pytest.mark.parametrize(
    ("name", "topic", "type"),
    [("", "", "empty"), (" \u200b", "", "empty"), ("x" * 61, "", "too_long"), ("x", "x" * 201, "too_long")],
)
def test_name_and_topic_have_bounds(ana: Caller, name: str, topic: str, type: str) -> None:
    assert refused(ana, "room.create", name=name, topic=topic, public=True) == (422, type)
    assert Room.objects.count() == 0
    assert Log.objects.exclude(key=SITE).count() == 0


def test_room_change_says_what_was_before(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    assert refused(ben, "room.change", room=key, name="x", topic="", public=True) == (403, "forbidden")
    act(ana, "room.change", room=key, name="Hall", topic="open", public=True)
    before = {"name": "Room", "topic": "", "public": True}
    assert data_of(last_event(key)) == {"name": "Hall", "topic": "open", "public": True, "before": before}
    assert ask(ben, "history.page", room=key, after=1)["lines"][-1]["kind"] == "room.changed"
    assert revoked()[-1]["user"] == ben.id  # of the joining


def test_room_that_becomes_private_is_rechecked_for_all_readers(ana: Caller, ben: Caller) -> None:
    key = room(ana)
    assert may_read(ben, key) == frozenset({f"u:{ben.id}"})
    act(ana, "room.change", room=key, name="x", topic="", public=False)
    assert may_read(ben, key) is None
    assert (revoked()[-1]["user"], revoked()[-1]["log"]) == (None, key)


def test_joining_makes_a_member_who_has_read_all(ana: Caller, ben: Caller) -> None:
    key = room(ana)
    post(ana, key)
    [signal] = signals(ben, "room.join", room=key)
    assert (signal.kind, signal.to, signal.value) == ("membership", ben.id, {**room_access(ben, key), "rank": 0})
    assert data_of(last_event(key)) == {"user": ben.id, "via": None}
    assert (room_access(ben, key)["unread"], room_access(ben, key)["role"]) == (0, "member")
    assert may_read(ben, key) == frozenset({f"u:{ben.id}", "member"})
    assert (revoked()[-1]["user"], revoked()[-1]["log"]) == (ben.id, key)
    assert refused(ben, "room.join", room=key) == (409, "conflict")


def test_leaving_takes_the_room_from_the_list_and_can_be_undone(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    assert signals(ben, "room.leave", room=key) == (Signal(key, "membership", "", None, to=ben.id),)
    assert (welcome(ben), data_of(last_event(key))) == ([], {"user": ben.id, "reason": "left"})
    assert refused(ben, "room.leave", room=key) == (403, "forbidden")
    act(ben, "room.join", room=key)


def test_last_host_must_transfer_before_leaving(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    assert refused(ana, "room.leave", room=key) == (409, "last_host")
    assert refused(ana, "member.role", room=key, user=ana.id, role="member") == (409, "last_host")
    act(ana, "member.role", room=key, user=ben.id, role="host")
    act(ana, "room.leave", room=key)
    assert may_read(ben, key) == frozenset({f"u:{ben.id}", "member", "host"})


def test_only_member_may_leave_and_next_member_becomes_host(ana: Caller, ben: Caller) -> None:
    key = room(ana)
    act(ana, "room.leave", room=key)
    act(ben, "room.join", room=key)
    assert room_access(ben, key)["role"] == "host"


def test_lounge_has_no_host_by_joining_first(ana: Caller) -> None:
    key = LogKey(lounge().log.key)
    act(ana, "room.join", room=key)
    assert room_access(ana, key)["role"] == "member"


def test_role_is_given_by_hosts_and_rechecked(ana: Caller, ben: Caller) -> None:
    key, eve = room(ana, ben), guest()
    assert refused(ben, "member.role", room=key, user=ben.id, role="host") == (403, "forbidden")
    assert refused(ana, "member.role", room=key, user=eve.id, role="host") == (404, "not_found")
    assert refused(ana, "member.role", room=key, user=ben.id, role="member") == (409, "conflict")
    act(ana, "member.role", room=key, user=ben.id, role="host")
    assert data_of(last_event(key)) == {"user": ben.id, "role": "host"}
    assert revoked()[-1]["user"] == ben.id


def test_removed_member_and_their_invites_end_at_once(ana: Caller, ben: Caller) -> None:
    key, eve = room(ana, ben), guest()
    act(ben, "invite.create", room=key, expires_ms=None, uses=None)
    assert refused(ben, "member.remove", room=key, user=ana.id) == (403, "forbidden")
    assert refused(ana, "member.remove", room=key, user=eve.id) == (404, "not_found")
    assert refused(ana, "member.remove", room=key, user=ana.id) == (403, "forbidden")
    assert signals(ana, "member.remove", room=key, user=ben.id) == (Signal(key, "membership", "", None, to=ben.id),)
    assert data_of(last_event(key)) == {"user": ben.id, "reason": "removed"}
    assert (revoked()[-1]["user"], revoked()[-1]["reason"]) == (ben.id, "removed")
    assert Invite.objects.get().revoked_at is not None
    assert "member" not in (may_read(ben, key) or ())


def test_members_are_listed_hosts_first(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    listed = ask(guest(), "member.list", room=key)
    assert [(row["user"], row["role"]) for row in listed["members"]] == [(ana.id, "host"), (ben.id, "member")]
    assert listed["people"] == {ana.id: ana.person, ben.id: ben.person}


def test_room_list_has_public_rooms_that_the_caller_is_not_in(ana: Caller, ben: Caller) -> None:
    shown = room(ana, name="ReadOnlyAdmin")
    room(ana, public=False)
    room(ana, ben)
    head = head_of(shown)
    row = {
        "key": shown,
        "name": "ReadOnlyAdmin",
        "topic": "",
        "members": 1,
        "here": 0,
        "head": {"o": head.o, "t": head.t, "n": 1},
        "archived": None,
        "deleted": None,
    }
    assert ask(ben, "room.list")["rooms"] == [row]
    assert ask(ana, "room.list")["rooms"] == []


# Reading


def test_unread_counts_lines_of_others_that_are_there_and_for_the_reader(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    post(ben, key)
    offsets = [post(ana, key) for _ in range(3)]
    assert room_access(ben, key)["unread"] == 3
    act(ana, "message.delete", room=key, o=offsets[0])
    assert room_access(ben, key)["unread"] == 2
    act(ben, "read.mark", room=key, o=offsets[1])
    assert room_access(ben, key)["unread"] == 1


def test_unread_skips_people_one_blocks_until_they_are_heard_again(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    cleo = guest("Cleo")
    act(cleo, "room.join", room=key)
    act(ben, "read.mark", room=key, o=99)
    post(ana, key)
    post(cleo, key)
    act(ben, "person.block", user=cleo.id, blocked=True)
    assert room_access(ben, key)["unread"] == 1
    act(ben, "person.block", user=cleo.id, blocked=False)
    assert room_access(ben, key)["unread"] == 2


def test_posting_moves_ones_own_pointer(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    post(ana, key)
    mine = post(ben, key)
    assert (room_access(ben, key)["unread"], room_access(ben, key)["read"]) == (0, mine)
    post(ana, key)
    assert (room_access(ben, key)["unread"], room_access(ben, key)["read"]) == (1, mine)
    act(ben, "message.delete", room=key, o=mine)
    assert room_access(ben, key)["unread"] == 1


def test_unread_read_counts_as_hello_does(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    mine = post(ben, key)
    theirs = post(ana, key)
    counted = ask(ben, "unread.read")["rooms"]
    assert counted[key] == {"unread": 1, "mentions": 0, "read": mine, "o": theirs}


def test_unread_is_counted_up_to_100(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    for n in range(101):
        post(ana, key, str(n))
    assert room_access(ben, key)["unread"] == 100


def test_read_pointer_only_moves_forward_and_not_past_the_end(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    o = post(ana, key)
    answer = outcome(call(ben, "read.mark", room=key, o=o))
    assert (answer.result, answer.signals) == ({"o": o}, (Signal(key, "read", "", o, to=ben.id),))
    assert act(ben, "read.mark", room=key, o=1) == {"o": o}
    assert act(ben, "read.mark", room=key, o=10**9) == {"o": head_of(key).o}
    assert refused(guest(), "read.mark", room=key, o=1) == (403, "forbidden")


def test_snapshot_has_role_and_rank_of_the_reader(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben)
    o = post(ana, key)
    for caller, role, read in [(ana, "host", o), (ben, "member", 2), (None, None, None)]:
        labels = (may_read(caller, key) if caller else None) or frozenset()
        shown = snapshot(caller, key, labels, head_of(key))
        assert shown["room"] == {
            "key": key, "name": "Room", "topic": "", "public": True, "lounge": False, "direct": [], "archived": None,
            "role": role, "rank": {"host": 1, "member": 0}.get(role or ""), "read": read, "members": 2,
            "hosts": [ana.id],
            "rules": {"slow_s": 0, "locked": False, "guests_off": False,
                      "approval_until": None, "panic_until": None, "by_rank": None},
        }  # fmt: skip
        assert shown["me"] is None
        assert (shown["as_of"], shown["before"], shown["after"], shown["lines"][-1]["o"]) == (o, False, False, o)
        assert shown["people"] == {ana.id: ana.person}


# Invites


def invite_of(caller: Caller, key: LogKey, **limits: int | None) -> Invite:
    act(caller, "invite.create", room=key, **{"expires_ms": None, "uses": None, **limits})
    return Invite.objects.latest("pk")


def test_invite_is_shown_to_its_creator_and_the_hosts(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben, guest())
    made = invite_of(ben, key, expires_ms=1000, uses=3)
    event = last_event(key)
    assert event.audience == f" host u:{ben.id} "
    shown = {"invite": made.key, "code": made.code, "expires_at": event.at + 1000, "uses": 3}
    assert data_of(event) == shown
    parts = {
        caller.id: snapshot(caller, key, may_read(caller, key) or frozenset(), head_of(key))["parts"]["invites"]
        for caller in (ana, ben)
    }
    assert parts == {ana.id: [{**shown, "by": ben.id}], ben.id: [{**shown, "by": ben.id}]}
    other = invite_of(ana, key)
    labels = may_read(ben, key) or frozenset()
    seen = snapshot(ben, key, labels, head_of(key))["parts"]["invites"]
    assert other.code not in {invite["code"] for invite in seen}
    assert snapshot(None, key, frozenset(), head_of(key))["parts"]["invites"] == []


def test_private_room_takes_invites_of_hosts_only(ana: Caller, ben: Caller) -> None:
    key = room(ana, ben, public=False)
    assert refused(ben, "invite.create", room=key, expires_ms=None, uses=None) == (403, "forbidden")
    invite_of(ana, key)


def test_invite_is_revoked_by_its_creator_or_a_host(ana: Caller, ben: Caller) -> None:
    eve = guest()
    key = room(ana, ben, eve)
    first, second = invite_of(ben, key), invite_of(ben, key)
    assert refused(eve, "invite.revoke", room=key, invite=first.key) == (404, "not_found")
    assert refused(ana, "invite.revoke", room=room(ana), invite=first.key) == (404, "not_found")
    act(ben, "invite.revoke", room=key, invite=first.key)
    act(ana, "invite.revoke", room=key, invite=second.key)
    assert (data_of(last_event(key)), last_event(key).audience) == ({"invite": second.key}, f" host u:{ben.id} ")
    assert refused(ana, "invite.revoke", room=key, invite=first.key) == (409, "invite_ended")
    assert snapshot(ana, key, may_read(ana, key) or frozenset(), head_of(key))["parts"]["invites"] == []


@pytest.mark.parametrize("ended", [{"revoked_at": 1}, {"expires_at": 1}, {"max_uses": 1, "uses": 1}])
def test_ended_invite_is_refused(ana: Caller, ben: Caller, ended: dict[str, int]) -> None:
    key = room(ana, public=False)
    made = invite_of(ana, key)
    Invite.objects.filter(pk=made.pk).update(**ended)
    with pytest.raises(RealtimeError, match="invite_ended"):
        guest_enter(name="Eve", face="", colour=0, device="", key=key, invite=made)
    assert not Membership.objects.filter(user__name="Eve").exists()


def test_invite_counts_joins_and_not_views(ana: Caller, ben: Caller) -> None:
    key = room(ana, public=False)
    enter(ana, ben, key)
    used = Invite.objects.get()
    assert (used.uses, Membership.objects.get(user=ben.pk).via) == (1, used)


@pytest.mark.django_db(transaction=True)
def test_invite_admits_exactly_its_uses_under_concurrency() -> None:
    ana = guest("Ana")
    key = room(ana, public=False)
    made = invite_of(ana, key, uses=3)
    start = threading.Barrier(8)

    def come(number: int) -> str:
        start.wait()
        try:
            guest_enter(name=f"Guest {number}", face="", colour=0, device="", key=key, invite=made)
        except RealtimeError as error:
            return str(error.args[0])
        finally:
            connection.close()
        return "came"

    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(come, range(8)))
    assert sorted(came) == ["came"] * 3 + ["invite_ended"] * 5
    assert Membership.objects.filter(via=made).count() == 3
    assert Invite.objects.get().uses == 3


@pytest.mark.parametrize(
    "name", ["Lounge", "lounge", "Lоunge", "L0unge", "Lounge.", "大厅", "Kitchen", "KITCHEN", "Кitchen"]
)
def test_public_room_is_refused_a_name_like_that_of_another(ana: Caller, name: str) -> None:
    lounge()
    room(ana, name="Kitchen")
    with pytest.raises(RealtimeError) as error:
        act(ana, "room.create", name=name, topic="", public=True)
    assert (error.value.code, error.value.args[0]) == (409, "name_taken")
    act(ana, "room.create", name=str(error.value.more["suggestion"]), topic="", public=True)
    private = act(ana, "room.create", name=name, topic="", public=False)["room"]
    assert refused(ana, "room.change", room=private, name=name, topic="", public=True) == (409, "name_taken")


def test_public_room_that_shares_its_name_already_keeps_it(ana: Caller) -> None:
    first, second = room(ana, name="Kitchen"), room(ana, name="Cellar")
    Room.objects.filter(log__key=second).update(name="Kitchen", skeleton=look("Kitchen"))
    for key in (first, second):
        assert act(ana, "room.change", room=key, name="Kitchen", topic="Warm", public=True)["room"] == key


def test_people_and_hosts_carry_their_badges(ana: Caller, ben: Caller) -> None:
    eve, gus = guest("Eve"), guest("Gus")
    key = room(ana, ben, eve, gus)
    User.objects.filter(pk=ben.pk).update(is_moderator=True)
    User.objects.filter(pk=eve.pk).update(is_superuser=True)
    for each in (ana, ben, eve):
        post(each, key)
    shown = snapshot(ana, key, frozenset({"member"}), head_of(key))
    assert shown["room"]["hosts"] == [ana.id]
    badges = {"guest": ana.id, "moderator": ben.id, "admin": eve.id}
    assert {shown["people"][user]["badge"]: user for user in badges.values()} == badges
    for user in (ana, ben, eve):
        assert people([user.id])[user.id] == person_of(User.objects.get(pk=user.pk)) == shown["people"][user.id]
    act(ana, "member.role", room=key, user=gus.id, role="host")
    assert snapshot(ana, key, frozenset({"member"}), head_of(key))["room"]["hosts"] == [ana.id, gus.id]
