"""Tests sanctions, and what each side learns of them."""

from typing import Any

import msgspec
import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User
from chat.models import Invite, Membership, Message, Room
from chat.permissions import NEEDED, Rank
from chat.selectors import access, may_read, snapshot
from chat.services.memberships import member_join
from moderation.models import Audit, DeviceBan, Sanction
from moderation.services.removal import MESSAGES_PER_EVENT
from realtime.errors import RealtimeError
from realtime.log import SITE, batch, head_of, now_ms, read
from realtime.models import Event
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, again, ask, call, data_of, enter, guest, last_event, line, outcome, post, room
from tests.game.play import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
HOUR = 60 * 60_000


@pytest.fixture
def key(host: Caller, ann: Caller, bo: Caller) -> LogKey:
    return room(host, ann, bo)


def person(name: str, **facts: Any) -> Caller:
    caller = guest(name)
    User.objects.filter(pk=caller.pk).update(**facts)
    return caller


def make(by: Caller, key: LogKey, user: Caller, kind: str, **more: Any) -> str:
    """Return the key of the sanction."""
    act(by, "sanction.make", room=key, user=user.id, kind=kind, **more)
    return Sanction.objects.latest("pk").key


def claim() -> int:
    calls = deadlines.due()
    assert [found for found in write(calls) if isinstance(found, RealtimeError)] == []
    return len(calls)


def texts(caller: Caller, key: LogKey) -> list[str | None]:
    lines = ask(caller, "history.page", room=key, after=0)["lines"]
    return [line["data"]["text"] if line["data"] else None for line in lines if line["kind"] == "text"]


# Mutes


def test_mute_refuses_messages_and_says_until_when(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = post(ann, key)
    make(host, key, ann, "mute", duration_ms=HOUR, reason="enough", rule="spam")
    writing: list[tuple[str, dict[str, Any]]] = [
        ("message.post", {"text": "x"}),
        ("message.edit", {"o": o, "text": "x"}),
    ]
    for method, params in writing:
        problem = refused(ann, method, room=key, **params)
        assert (problem.code, problem.type) == (403, "muted")
        assert problem.more == {"until": now_ms() + HOUR, "by": "host"}
    labels = may_read(ann, key)
    assert labels is not None
    assert access.silenced(labels)
    time.shift(3600)
    assert not access.silenced(labels), "nobody reads them again when the time is over"
    post(ann, key)


def test_muted_person_learns_the_reason_and_bystanders_do_not(
    host: Caller, ann: Caller, bo: Caller, key: LogKey
) -> None:
    answer = outcome(call(host, "sanction.make", room=key, user=ann.id, kind="mute", reason="enough", rule="insult"))
    [signal] = answer.signals
    assert (signal.kind, signal.to) == ("standing", ann.id)
    assert signal.value["muted"] == {
        "sanction": Sanction.objects.get().key,
        "until": None,
        "by": "host",
        "reason": "enough",
        "rule": "insult",
        "appealed": False,
    }
    to_hosts, to_ann = read(key, head_of(key).o - 2, head_of(key).o)
    for caller, hears in [(host, [True, False]), (ann, [False, True]), (bo, [False, False])]:
        labels = may_read(caller, key)
        assert labels is not None
        assert [event.readable_by(labels) for event in (to_hosts, to_ann)] == hears
        shown = snapshot(caller, key, labels, head_of(key))["me"]
        assert (shown is not None) is (caller is ann)


def test_moderator_mutes_on_the_whole_site(ann: Caller, bo: Caller, key: LogKey) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    elsewhere = room(bo, ann)
    make(mod, key, ann, "mute", site=True, duration_ms=HOUR)
    problem = refused(ann, "message.post", room=elsewhere, text="x")
    assert (problem.type, problem.more["by"]) == ("muted", "site")


def test_mute_covers_every_kind_of_writing(host: Caller, ann: Caller, key: LogKey) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    o = post(host, key)
    act(host, "message.delete", room=key, o=o)
    make(mod, key, host, "mute", duration_ms=HOUR)
    mine = room(ann)
    make(mod, key, ann, "mute", site=True, duration_ms=HOUR)
    named = {"name": "LOOK HERE", "topic": "", "public": True}
    writing: list[tuple[Caller, str, dict[str, Any], str]] = [
        (host, "room.change", {"room": key, **named}, "host"),
        (host, "message.restore", {"room": key, "o": o}, "host"),
        (ann, "room.change", {"room": mine, **named}, "site"),
        (ann, "room.create", named, "site"),
        (ann, "profile.change", {"name": "LOOK HERE", "face": "", "colour": 0}, "site"),
    ]
    for by, method, params, side in writing:
        problem = refused(by, method, **params)
        assert (problem.code, problem.type) == (403, "muted"), method
        assert problem.more == {"until": now_ms() + HOUR, "by": side}, method
    act(ann, "profile.change", name="Ann", face="🦊", colour=1)
    act(host, "room.create", **named)


def test_mute_is_lifted(host: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "mute")
    act(host, "sanction.lift", room=key, sanction=sanction, reason="sorry")
    post(ann, key)
    assert refused(host, "sanction.lift", room=key, sanction=sanction).type == "already_done"


def test_moderator_extends_mute_of_host_and_host_does_not(
    host: Caller, ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    act(host, "member.role", room=key, user=bo.id, role="host")
    asked: dict[str, Any] = {"room": key, "user": ann.id, "kind": "mute"}
    first = make(host, key, ann, "mute", duration_ms=HOUR)
    assert refused(bo, "sanction.make", **asked, duration_ms=2 * HOUR).type == "already_done"
    assert refused(mod, "sanction.make", **asked, duration_ms=HOUR).type == "already_done"
    longer = make(mod, key, ann, "mute", duration_ms=2 * HOUR)
    assert refused(mod, "sanction.make", **asked).more["sanction"]["sanction"] == longer
    time.shift(3601)
    assert refused(ann, "message.post", room=key, text="x").more["until"] == now_ms() - 1000 + HOUR
    act(host, "sanction.lift", room=key, sanction=first)
    assert refused(ann, "message.post", room=key, text="x").type == "muted"


def test_muted_player_keeps_the_seat(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from tests.game.play import begun, move, table

    o = begun(ann, bo, key)
    make(host, key, ann, "mute")
    move(ann, key, o, 3)
    assert table(ann, key, o)["turn"] == 1


def test_person_never_learns_which_host_decided(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    before = head_of(key).o
    mute = make(host, key, ann, "mute", reason="enough")
    act(ann, "sanction.appeal", room=key, sanction=mute, text="please")
    again = refused(ann, "sanction.appeal", room=key, sanction=mute, text="please")
    act(host, "sanction.answer", room=key, sanction=mute, granted=True)
    labels = may_read(ann, key)
    kick = make(host, key, ann, "kick")
    act(host, "sanction.lift", room=key, sanction=kick, reason="sorry")
    assert labels is not None
    heard = [event for event in read(key, before, head_of(key).o) if event.readable_by(labels)]
    assert {event.kind for event in heard} >= {"sanction.made", "sanction.appealed", "sanction.answered", "member.left"}
    for event in heard:
        assert host.id not in event.frame(), event.kind
    assert host.id not in str(again.more)
    assert data_of(Event.objects.filter(kind="sanction.made").earliest("pk"))["sanction"]["by"] == host.id


def test_mute_by_moderator_in_a_room_is_of_the_site(ann: Caller, key: LogKey) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    make(mod, key, ann, "mute")
    labels = may_read(ann, key)
    assert labels is not None
    assert snapshot(ann, key, labels, head_of(key))["me"]["muted"]["by"] == "site"


# Warnings


def test_warning_refuses_messages_until_it_is_acknowledged(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    o = post(ann, key)
    sanction = make(host, key, ann, "warn", o=o, rule="insult", reason="kinder, please")
    problem = refused(ann, "message.post", room=key, text="x")
    assert (problem.code, problem.type, problem.more) == (403, "warned", {"sanction": sanction})
    labels = may_read(ann, key)
    assert labels is not None
    warning = snapshot(ann, key, labels, head_of(key))["me"]["warning"]
    assert (warning["o"], warning["reason"], warning["by"]) == (o, "kinder, please", "host")
    assert refused(bo, "sanction.acknowledge", room=key, sanction=sanction).code == 403
    act(ann, "sanction.acknowledge", room=key, sanction=sanction)
    post(ann, key)
    assert refused(ann, "sanction.acknowledge", room=key, sanction=sanction).type == "already_done"


# Kicks and bans


def test_kicked_person_may_return_after_a_while(
    host: Caller, ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    make(host, key, ann, "kick")
    assert may_read(ann, key) is None
    assert refused(ann, "room.join", room=key).type == "banned"
    left = next(event for event in Event.objects.filter(log__key=key).order_by("-pk") if event.kind == "member.left")
    assert data_of(left) == {"user": ann.id, "reason": "kicked"}
    time.shift(5 * 60)
    act(ann, "room.join", room=key)
    post(ann, key)


def test_banned_person_is_refused_by_every_method_with_the_end(host: Caller, ann: Caller, key: LogKey) -> None:
    o = post(ann, key)
    make(host, key, ann, "ban", duration_ms=HOUR)
    everything: list[tuple[str, dict[str, Any]]] = [
        ("message.post", {"text": "x"}),
        ("message.delete", {"o": o}),
        ("room.join", {}),
        ("match.create", {"game": "four"}),
        ("report.create", {"o": o, "rule": "spam"}),
        ("invite.create", {"expires_ms": None, "uses": None}),
    ]
    for method, params in everything:
        problem = refused(ann, method, room=key, **params)
        assert (problem.code, problem.type, problem.more["until"]) == (403, "banned", now_ms() + HOUR), method
    with pytest.raises(RealtimeError, match="banned"):
        ask(ann, "history.page", room=key, after=0)
    site = [data_of(event) for event in Event.objects.filter(kind="site.narrowed").order_by("-pk")[:1]]
    assert site == [{"user": ann.id, "log": key, "login": None, "reason": "banned", "until": now_ms() + HOUR}]


def test_person_who_left_can_still_be_banned(host: Caller, ann: Caller, key: LogKey) -> None:
    act(ann, "room.leave", room=key)
    make(host, key, ann, "ban")
    assert refused(ann, "room.join", room=key).type == "banned"


def test_undoing_a_ban_brings_everything_back(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    for text in ("one", "two"):
        post(ann, key, text)
    before = texts(bo, key)
    sanction = make(host, key, ann, "ban", remove="all")
    assert texts(bo, key) == [None, None]
    act(bo, "sanction.lift", room=key, sanction=sanction)
    assert texts(bo, key) == before
    assert Membership.objects.get(user=ann.pk, room__log__key=key).state == "member"
    post(ann, key)
    assert Audit.objects.get(act="sanction.ban").undone


def invite_into(host: Caller, key: LogKey) -> Invite:
    act(host, "invite.create", room=key, expires_ms=None, uses=None)
    return Invite.objects.get(room__log__key=key, created_by=host.pk)


def joins(caller: Caller, key: LogKey, invite: Invite) -> None:
    with batch([key, SITE]) as staged:
        member_join(staged, caller=caller, room=key, invite=invite)


def test_undoing_a_ban_restores_invites_and_approval(host: Caller, key: LogKey) -> None:
    invite, newcomer = invite_into(host, key), guest("Newcomer")
    joins(newcomer, key, invite)
    sanction = make(host, key, newcomer, "ban", approval=True)
    place = Room.objects.get(log__key=key)
    invite.refresh_from_db()
    assert invite.revoked_at is not None
    assert place.approval_until > now_ms()
    act(host, "sanction.lift", room=key, sanction=sanction)
    invite.refresh_from_db()
    place.refresh_from_db()
    assert invite.revoked_at is None
    assert place.approval_until == 0


def test_undoing_a_ban_keeps_what_was_set_since(host: Caller, key: LogKey, time: time_machine.Traveller) -> None:
    """An invite that was revoked before the ban stays revoked; an approval that was renewed stays."""
    old, newcomer = invite_into(host, key), guest("Newcomer")
    joins(newcomer, key, old)
    act(host, "invite.revoke", room=key, invite=old.key)
    sanction = make(host, key, newcomer, "ban", approval=True)
    time.shift(10)
    rules = {"slow_s": 0, "locked": False, "guests_off": False, "reason": ""}
    act(host, "room.restrict", room=key, approval=False, **rules)
    act(host, "room.restrict", room=key, approval=True, **rules)
    renewed = Room.objects.get(log__key=key).approval_until
    act(host, "sanction.lift", room=key, sanction=sanction)
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert Room.objects.get(log__key=key).approval_until == renewed > now_ms()


@pytest.mark.parametrize(("span", "left"), [("none", 3), ("hour", 2), ("day", 1), ("all", 0)])
def test_ban_removes_messages_of_the_chosen_time(
    host: Caller, ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller, span: str, left: int
) -> None:
    for text, then in [("last week", 6 * 24 * 3600), ("this morning", 3 * 3600), ("now", 1)]:
        post(ann, key, text)
        post(bo, key, "somebody else's")
        time.shift(then)
    make(host, key, ann, "ban", remove=span)
    kept = [text for text in texts(bo, key) if text not in {None, "somebody else's"}]
    assert len(kept) == left
    assert texts(bo, key).count("somebody else's") == 3


def test_many_lines_go_in_parts_and_come_back_in_parts(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    many = MESSAGES_PER_EVENT + 30
    write([call(ann, "message.post", room=key, text=f"line {n}") for n in range(many)])
    sanction = make(host, key, ann, "ban", remove="all")
    while claim():
        pass
    assert Message.objects.filter(author=ann.pk, data=None).count() == many
    removed = [data_of(event)["offsets"] for event in Event.objects.filter(kind="messages.removed").order_by("offset")]
    assert [len(offsets) for offsets in removed] == [MESSAGES_PER_EVENT, 30]
    act(host, "sanction.lift", room=key, sanction=sanction)
    while claim():
        pass
    assert Message.objects.filter(author=ann.pk, data=None).count() == 0
    assert msgspec.json.decode(Message.objects.filter(author=ann.pk).latest("offset").data or "") == {
        "text": f"line {many - 1}"
    }


def test_text_is_only_in_revision_after_ban_with_removal(host: Caller, ann: Caller, key: LogKey) -> None:
    post(ann, key, "xyzzy-5520")
    make(host, key, ann, "ban", remove="all")
    assert [event.kind for event in Event.objects.all() if "xyzzy" in (event.data or "")] == []
    assert [line.offset for line in Message.objects.all() if "xyzzy" in (line.data or "")] == []


def test_ban_of_guest_holds_in_a_private_window(host: Caller, ann: Caller, key: LogKey) -> None:
    User.objects.filter(pk=ann.pk).update(device="d" * 64)
    invited = room(host, public=True)
    assert invited
    sanction = make(host, key, ann, "ban", approval=True)
    assert DeviceBan.objects.get().device == "d" * 64
    same_browser = person("Ann again", device="d" * 64)
    assert refused(same_browser, "room.join", room=key).type == "banned"
    private_window = guest("Ann in a private window")
    act(private_window, "room.join", room=key)
    assert refused(private_window, "message.post", room=key, text="hi").code == 403
    assert data_of(last_event(key)) == {"user": private_window.id}
    assert ask(host, "member.list", room=key)["waiting"] == [private_window.id]
    act(host, "member.admit", room=key, user=private_window.id, yes=True)
    post(private_window, key)
    act(host, "sanction.lift", room=key, sanction=sanction)
    assert DeviceBan.objects.count() == 0


def test_waiting_person_who_is_refused_is_out(host: Caller, key: LogKey) -> None:
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=False, approval=True)
    eve = guest("Eve")
    act(eve, "room.join", room=key)
    assert refused(eve, "room.join", room=key).code == 409
    act(host, "member.admit", room=key, user=eve.id, yes=False)
    assert not Membership.objects.filter(user=eve.pk).exists()
    assert refused(host, "member.admit", room=key, user=eve.id, yes=True).code == 404


def test_site_ban_ends_every_way_in(bo: Caller, ann: Caller, key: LogKey) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    sanction = make(mod, key, ann, "ban", site=True, remove="none")
    from accounts.selectors import caller_of

    assert caller_of(User.objects.get(pk=ann.pk)) is None
    act(mod, "sanction.lift", room=key, sanction=sanction)
    assert caller_of(User.objects.get(pk=ann.pk)) is not None
    post(ann, key)


def test_edit_of_restored_message_redacts_no_other(host: Caller, ann: Caller, key: LogKey) -> None:
    first, second = post(ann, key, "one"), post(ann, key, "two")
    sanction = make(host, key, ann, "ban", remove="all")
    act(host, "sanction.lift", room=key, sanction=sanction)
    act(ann, "message.edit", room=key, o=first, text="another")
    told = [data_of(event) for event in Event.objects.filter(log__key=key, kind="message.restored").order_by("offset")]
    assert [data and data["line"]["o"] for data in told] == [None, second]


def test_reinstated_person_has_the_room_in_the_list_again(host: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "ban")
    signals = outcome(call(host, "sanction.lift", room=key, sanction=sanction)).signals
    assert [(signal.kind, signal.to) for signal in signals] == [("membership", ann.id), ("standing", ann.id)]


def test_person_who_waits_for_private_room_is_told_so(client: Client, host: Caller) -> None:
    key = room(host, public=False)
    act(host, "room.restrict", room=key, slow_s=0, locked=False, guests_off=False, approval=True)
    eve = guest("Eve")
    enter(host, eve, key)
    client.force_login(User.objects.get(pk=eve.pk), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/r/{key}/")
    assert (page.status_code, b"approval" in page.content) == (403, True)
    act(host, "member.admit", room=key, user=eve.id, yes=True)
    assert client.get(f"/r/{key}/").status_code == 200


def roles(key: LogKey) -> dict[str, str]:
    mine = Membership.objects.filter(room__log__key=key, state="member")
    return dict(mine.values_list("user__name", "role"))


@pytest.mark.parametrize("kind", ["kick", "ban"])
def test_room_whose_only_host_is_banned_gets_another(
    host: Caller, ann: Caller, bo: Caller, key: LogKey, kind: str
) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    sanction = make(mod, key, host, kind)
    assert roles(key) == {"Ann": "host", "Bo": "member", "Mod": "member"}
    assert Audit.objects.get(room__log__key=key, act="member.role").user_id == ann.pk
    told = Event.objects.filter(log__key=key, kind="member.role").latest("pk")
    assert data_of(told) == {"user": ann.id, "role": "host"}
    assert f'"user":"{ann.id}","log":"{key}"' in "".join(str(row.data) for row in Event.objects.filter(log__key="site"))
    act(mod, "sanction.lift", room=key, sanction=sanction)
    assert roles(key)["Host"] == "host"


def test_site_ban_transfers_every_room_and_frees_every_seat(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from tests.game.play import begun, made, table

    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    other, third = room(ann, bo, name="Other"), room(bo, ann, name="Third")
    played, opened = begun(bo, ann, other), made(ann, third)
    make(mod, key, ann, "ban", site=True)
    assert claim() == 2
    assert roles(other) == {"Ann": "host", "Bo": "host"}
    assert msgspec.to_builtins(table(bo, other, played)["result"]) == {"winner": 0, "reason": "left"}
    assert table(bo, third, opened)["seats"] == [None, None]


def test_site_ban_lifted_at_once_ends_nothing_elsewhere(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from tests.game.play import begun, table

    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    other = room(ann, bo)
    played = begun(bo, ann, other)
    act(mod, "sanction.lift", room=key, sanction=make(mod, key, ann, "ban", site=True))
    claim()
    assert table(bo, other, played)["state"] == "playing"
    assert roles(other) == {"Ann": "host", "Bo": "member"}


def test_role_changes_and_removals_are_in_the_audit_log(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    act(host, "member.role", room=key, user=ann.id, role="host")
    act(ann, "member.role", room=key, user=ann.id, role="member")
    act(host, "member.remove", room=key, user=bo.id)
    entries = ask(host, "audit.list", room=key)["entries"]
    assert [(entry["act"], entry["by"], entry["user"], entry["detail"]) for entry in entries] == [
        ("member.remove", host.id, bo.id, {}),
        ("member.role", ann.id, ann.id, {"on": False}),
        ("member.role", host.id, ann.id, {"on": True}),
    ]


def test_two_bans_at_once_are_one(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    outcomes = write([call(by, "sanction.make", room=key, user=ann.id, kind="ban") for by in (host, bo)])
    assert isinstance(outcomes[0], Answer)
    assert isinstance(outcomes[1], RealtimeError)
    assert (outcomes[1].type, outcomes[1].more["sanction"]["by"]) == ("already_done", host.id)


def test_requests_after_ban_are_refused(host: Caller, ann: Caller, key: LogKey) -> None:
    posts = [call(ann, "message.post", room=key, text=f"{n}") for n in range(1000)]
    ban = call(host, "sanction.make", room=key, user=ann.id, kind="ban")
    outcomes = write([*posts[:500], ban, *posts[500:]])
    assert [type(found) for found in outcomes[:500]] == [Answer] * 500
    assert {getattr(found, "type", "taken") for found in outcomes[501:]} == {"banned"}


# Ranks

RANKS = {
    "member": {},
    "host": {},
    "moderator": {"is_moderator": True},
    "admin": {"is_superuser": True},
}


@pytest.fixture
def ranked(host: Caller, key: LogKey) -> dict[str, Caller]:
    people = {"host": host}
    for name in ("member", "moderator", "admin"):
        people[name] = person(name.title(), **RANKS[name])
        act(people[name], "room.join", room=key)
    return people


ORDER = list(RANKS)


@pytest.mark.parametrize("by", ORDER)
@pytest.mark.parametrize("over", ORDER)
@pytest.mark.parametrize("kind", ["warn", "mute", "kick", "ban"])
def test_sanctions_refuse_people_of_same_or_higher_rank(
    ranked: dict[str, Caller], key: LogKey, by: str, over: str, kind: str
) -> None:
    target = guest("Target") if by == over else ranked[over]
    if by == over:
        act(target, "room.join", room=key)
        User.objects.filter(pk=target.pk).update(**RANKS[over])
        Membership.objects.filter(user=target.pk).update(role="host" if over == "host" else "member")
    [found] = write([call(ranked[by], "sanction.make", room=key, user=target.id, kind=kind)])
    if ORDER.index(by) > ORDER.index(over):
        assert isinstance(found, Answer)
    else:
        assert isinstance(found, RealtimeError)
        assert found.code == 403
        assert Sanction.objects.count() == 0


@pytest.mark.parametrize("by", ORDER)
@pytest.mark.parametrize("act_name", sorted(NEEDED))
def test_methods_follow_the_table_of_permissions(
    ranked: dict[str, Caller], ann: Caller, key: LogKey, by: str, act_name: str
) -> None:
    method, asked = asked_of(act_name, ranked, ann, key)
    allowed = ORDER.index(by) >= NEEDED[act_name]
    if asked.pop("read", False):
        request = call(ranked[by], method, room=key, **asked)
        try:
            request.run()
            code = 200
        except RealtimeError as error:
            code = error.code
    else:
        [found] = write([call(ranked[by], method, room=key, **asked)])
        code = found.code if isinstance(found, RealtimeError) else 200
    assert (code != 403) is allowed, (by, act_name, code)


def asked_of(act_name: str, ranked: dict[str, Caller], ann: Caller, key: LogKey) -> tuple[str, dict[str, Any]]:
    """Return the method of an action, and its params over a person."""
    method, _, site = act_name.partition(" ")
    everything: dict[str, dict[str, Any]] = {
        "room.change": {"name": "New", "topic": "", "public": True},
        "room.restrict": {"slow_s": 5, "locked": False, "guests_off": False, "approval": False},
        "room.panic": {"on": True},
        "room.archive": {},
        "room.delete": {},
        "room.restore": {},
        "member.role": {"user": ann.id, "role": "host"},
        "member.remove": {"user": ann.id},
        "member.admit": {"user": ann.id, "yes": True},
        "message.delete": {"o": post(ann, key)},
        "message.restore": {"o": post(ann, key)},
        "message.pin": {"o": post(ann, key), "pinned": True},
        "preview.remove": {"o": post(ann, key), "url": "https://example.org/"},
        "sanction.make": {"user": ann.id, "kind": "mute", "site": bool(site)},
        "sanction.lift": {"sanction": "x"},
        "sanction.answer": {"sanction": "x", "granted": True},
        "sanction.list": {"read": True},
        "sanction.preview": {"user": ann.id, "read": True},
        "report.list": {"read": True},
        "report.read": {"report": "x", "read": True},
        "report.close": {"report": "x", "outcome": "handled"},
        "audit.list": {"read": True},
    }
    asked = everything[method]
    if method == "message.restore":
        act(ranked["host"], "message.delete", room=key, o=asked["o"])
    if method in {"sanction.lift", "sanction.answer"}:
        User.objects.filter(pk=ann.pk).update(is_moderator=False)
        judge = ranked["moderator" if site else "host"]
        asked["sanction"] = make(judge, key, ann, "mute", site=bool(site))
        if method == "sanction.answer":
            act(ann, "sanction.appeal", room=key, sanction=asked["sanction"], text="please")
    if method == "report.read" or method == "report.close":
        o = post(ann, key)
        act(ranked["member"], "report.create", room=key, o=o, rule="spam")
        from moderation.models import Report

        asked["report"] = Report.objects.latest("pk").key
    return method, asked


def test_host_cannot_lift_sanction_of_moderator(ranked: dict[str, Caller], ann: Caller, key: LogKey) -> None:
    sanction = make(ranked["moderator"], key, ann, "mute")
    problem = refused(ranked["host"], "sanction.lift", room=key, sanction=sanction)
    assert (problem.code, problem.type) == (403, "rank")


def test_sanctions_refuse_the_caller_as_target(host: Caller, key: LogKey) -> None:
    assert refused(host, "sanction.make", room=key, user=host.id, kind="mute").type == "rank"


# Appeals and audit


def test_appeal_is_made_once_and_answered_once(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "mute")
    assert refused(bo, "sanction.appeal", room=key, sanction=sanction, text="x").code == 403
    assert refused(ann, "sanction.appeal", room=key, sanction=sanction, text=" ").type == "empty"
    act(ann, "sanction.appeal", room=key, sanction=sanction, text="I was hacked")
    assert refused(ann, "sanction.appeal", room=key, sanction=sanction, text="again").type == "already_done"
    [listed] = ask(host, "sanction.list", room=key)["sanctions"]
    assert listed["appeal"] == {"text": "I was hacked", "at": now_ms(), "answer": None}
    act(host, "sanction.answer", room=key, sanction=sanction, granted=True)
    post(ann, key)
    assert refused(host, "sanction.answer", room=key, sanction=sanction, granted=False).type == "already_done"


def test_banned_person_may_appeal_from_outside(host: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "ban")
    act(ann, "sanction.appeal", room=key, sanction=sanction, text="please")
    assert Sanction.objects.get().appeal == "please"


def test_every_act_is_written_down_with_its_reason(host: Caller, ann: Caller, key: LogKey) -> None:
    o = post(ann, key)
    act(host, "message.delete", room=key, o=o, reason="an advert", rule="spam")
    make(host, key, ann, "mute", reason="adverts")
    act(host, "room.panic", room=key, on=True)
    entries = ask(host, "audit.list", room=key)["entries"]
    assert [(entry["act"], entry["user"], entry["reason"], entry["by_rank"]) for entry in entries] == [
        ("room.panic", None, "", Rank.HOST),
        ("sanction.mute", ann.id, "adverts", Rank.HOST),
        ("message.delete", ann.id, "an advert", Rank.HOST),
    ]


def test_preview_says_what_a_ban_would_remove(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from tests.game.play import begun

    post(ann, key)
    o = begun(ann, bo, key)
    told = ask(host, "sanction.preview", room=key, user=ann.id, remove="all")
    assert (told["lines"], told["guest"], told["match"].match) == (2, True, o)
    assert ask(host, "sanction.preview", room=key, user=ann.id)["lines"] == 0


@pytest.mark.parametrize(
    "more", [{"reason": "x" * 501}, {"kind": "kick", "site": True}], ids=["a long reason", "a kick of the site"]
)
def test_invalid_sanctions_are_refused(key: LogKey, ann: Caller, more: dict[str, Any]) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    assert refused(mod, "sanction.make", room=key, user=ann.id, **{"kind": "mute", **more}).code == 422
    assert Sanction.objects.count() == 0


def test_unknown_person_is_404(host: Caller, key: LogKey) -> None:
    assert refused(host, "sanction.make", room=key, user="nobody", kind="mute").code == 404


# Pages


def test_banned_person_sees_the_reason_and_appeals_on_the_page(
    client: Client, host: Caller, ann: Caller, key: LogKey
) -> None:
    client.force_login(User.objects.get(pk=ann.pk), "django.contrib.auth.backends.ModelBackend")
    make(host, key, ann, "ban", reason="an advert too many", rule="spam")
    page = client.get(f"/r/{key}/")
    assert page.status_code == 403
    assert b"an advert too many" in page.content
    assert client.post(f"/r/{key}/appeal", {"text": ""}).status_code == 403
    assert client.post(f"/r/{key}/appeal", {"text": "please"}).status_code == 303
    assert client.post(f"/r/{key}/appeal", {"text": "again"}).status_code == 303
    assert Sanction.objects.get().appeal == "please"


def test_person_banned_from_the_site_sees_one_page_everywhere(client: Client, ann: Caller, key: LogKey) -> None:
    mod = person("Mod", is_moderator=True)
    act(mod, "room.join", room=key)
    client.force_login(User.objects.get(pk=ann.pk), "django.contrib.auth.backends.ModelBackend")
    make(mod, key, ann, "ban", site=True, reason="enough")
    for address in ("/", f"/r/{key}/", "/banned"):
        page = client.get(address)
        assert (page.status_code, b"enough" in page.content) == (403, True), address
    assert client.post("/banned/appeal", {"text": "please"}).status_code == 303
    assert Sanction.objects.get().appeal == "please"


def test_banned_device_makes_no_new_guest(client: Client, host: Caller, key: LogKey) -> None:
    client.get("/")
    client.post("/enter/", {"name": "Troll", "face": "", "colour": 1, "next": f"/r/{key}/"})
    troll = again(User.objects.get(name="Troll"))
    make(host, key, troll, "ban")
    del client.cookies[settings.SESSION_COOKIE_NAME]
    page = client.post("/enter/", {"name": "Troll 2", "face": "", "colour": 1, "next": f"/r/{key}/"})
    assert page.status_code == 403
    assert not User.objects.filter(name="Troll 2").exists()


def test_standings_are_asked_in_one_query(host: Caller, ann: Caller, key: LogKey) -> None:
    from tests.queries import queries

    with queries() as sql:
        found = access.access_table([key], [host.pk, ann.pk])
    assert len(sql) == 1
    assert {room_access.rank for room_access in found.values()} == {Rank.MEMBER, Rank.HOST}
    assert line(host, key, post(ann, key))["data"]
    assert Room.objects.count() == 1
