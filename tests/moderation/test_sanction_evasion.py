"""Tests ways around sanctions, and ways to gain a higher rank."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser

from accounts.models import User
from chat.models import Membership, Message, Room
from chat.selectors import may_read
from chat.services.elsewhere import elsewhere
from moderation.models import Audit, DeviceBan, Report, Sanction
from moderation.services.appeals import appeal_make
from moderation.services.removal import remove_due
from moderation.services.rules import PANIC_MS
from realtime.errors import RealtimeError
from realtime.log import SITE, batch, now_ms
from realtime.models import Deadline, Event, Log
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, again, ask, call, enter, guest, last_event, post, room
from tests.game.play import refused

pytestmark = [pytest.mark.attack, pytest.mark.django_db, pytest.mark.usefixtures("time")]
HOUR = 60 * 60_000


@pytest.fixture
def key(host: Caller, ann: Caller, bo: Caller) -> LogKey:
    return room(host, ann, bo)


@pytest.fixture
def mod(key: LogKey) -> Caller:
    moderator = guest("Mod")
    User.objects.filter(pk=moderator.pk).update(is_moderator=True)
    act(moderator, "room.join", room=key)
    return moderator


def make(by: Caller, key: LogKey, user: Caller, kind: str, **more: Any) -> str:
    """Return the key of the sanction."""
    act(by, "sanction.make", room=key, user=user.id, kind=kind, **more)
    return Sanction.objects.latest("pk").key


def lift(by: Caller, key: LogKey, sanction: str) -> None:
    act(by, "sanction.lift", room=key, sanction=sanction)


def claim() -> int:
    calls = deadlines.due()
    assert [found for found in write(calls) if isinstance(found, RealtimeError)] == []
    return len(calls)


# Banned from the site


def test_requests_after_site_ban_are_refused(mod: Caller, ann: Caller, key: LogKey) -> None:
    posts = [call(ann, "message.post", room=key, text=f"{n}") for n in range(20)]
    outcomes = write(
        [*posts[:10], call(mod, "sanction.make", room=key, user=ann.id, kind="ban", site=True), *posts[10:]]
    )
    assert [type(found) for found in outcomes[:11]] == [Answer] * 11
    assert {getattr(found, "type", "taken") for found in outcomes[11:]} == {"banned"}


def test_requests_of_open_connection_after_site_ban_are_refused(
    mod: Caller, ann: Caller, host: Caller, key: LogKey
) -> None:
    o = post(ann, key)
    other = room(host)
    mine = room(ann)
    make(mod, key, ann, "ban", site=True)
    still: list[tuple[str, dict[str, Any]]] = [
        ("message.post", {"room": mine, "text": "x"}),
        ("message.edit", {"room": key, "o": o, "text": "x"}),
        ("message.delete", {"room": key, "o": o}),
        ("room.join", {"room": other}),
        ("room.create", {"name": "Refuge", "topic": "", "public": True}),
        ("room.change", {"room": mine, "name": "x", "topic": "", "public": True}),
        ("room.leave", {"room": key}),
        ("invite.create", {"room": mine, "expires_ms": None, "uses": None}),
        ("match.create", {"room": key, "game": "four"}),
        ("direct.open", {"users": [host.id]}),
        ("read.mark", {"room": key, "o": 1}),
        ("profile.change", {"name": "Banned", "face": "", "colour": 0}),
    ]
    for method, params in still:
        assert refused(ann, method, **params).type == "banned", method
    for method, params in [("history.page", {"after": 0}), ("member.list", {}), ("sanction.list", {})]:
        with pytest.raises(RealtimeError, match="banned"):
            ask(ann, method, room=key, **params)


def test_person_banned_from_the_site_in_the_queue_gets_no_seat(
    mod: Caller, ann: Caller, bo: Caller, host: Caller, key: LogKey
) -> None:
    from tests.game.play import begun, table

    o = begun(bo, host, key)
    act(ann, "seat.wait", room=key, match=o, waiting=True)
    make(mod, key, ann, "ban", site=True)
    act(host, "match.resign", room=key, match=o)
    next_one = act(bo, "match.rematch", room=key, match=o)["o"]
    assert table(bo, key, next_one)["seats"] == [{"user": bo.id}, None]


# Around a mute, a warning, a slow room


@pytest.mark.parametrize("kind", ["mute", "warn"])
@pytest.mark.parametrize("way", ["leaves", "is removed"])
def test_mute_holds_after_leaving_and_joining_again(
    host: Caller, ann: Caller, key: LogKey, kind: str, way: str
) -> None:
    make(host, key, ann, kind)
    if way == "leaves":
        act(ann, "room.leave", room=key)
    else:
        act(host, "member.remove", room=key, user=ann.id)
    act(ann, "room.join", room=key)
    assert refused(ann, "message.post", room=key, text="x").type in {"muted", "warned"}


def test_mute_made_during_absence_holds_after_the_return(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    act(ann, "room.leave", room=key)
    make(host, key, ann, "mute", duration_ms=HOUR)
    act(ann, "room.join", room=key)
    assert refused(ann, "message.post", room=key, text="x").more == {"until": now_ms() + HOUR, "by": "host"}
    time.shift(3601)
    post(ann, key)


def test_slow_mode_holds_after_leaving_and_joining_again(host: Caller, ann: Caller, key: LogKey) -> None:
    act(host, "room.restrict", room=key, slow_s=30, locked=False, guests_off=False, approval=False)
    post(ann, key)
    act(ann, "room.leave", room=key)
    act(ann, "room.join", room=key)
    assert refused(ann, "message.post", room=key, text="x").type == "slow_mode"


@pytest.mark.parametrize("how", ["muted", "warned", "locked", "guests_off", "slow_mode"])
def test_muted_person_posts_no_rich_messages(host: Caller, ann: Caller, key: LogKey, how: str) -> None:
    rules: dict[str, Any] = {"slow_s": 0, "locked": False, "guests_off": False, "approval": False}
    match how:
        case "muted" | "warned":
            make(host, key, ann, {"muted": "mute", "warned": "warn"}[how])
        case "slow_mode":
            act(host, "room.restrict", room=key, **rules | {"slow_s": 30})
            o = act(ann, "match.create", room=key, game="four")["o"]
            act(ann, "seat.leave", room=key, match=o)
        case _:
            act(host, "room.restrict", room=key, **rules | {how: True})
    assert refused(ann, "match.create", room=key, game="four").type == how


def test_locked_room_refuses_rematch_of_members(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from tests.game.play import begun

    o = begun(ann, bo, key)
    act(ann, "match.resign", room=key, match=o)
    act(host, "room.panic", room=key, on=True)
    assert refused(ann, "match.rematch", room=key, match=o).type == "locked"


def test_site_mute_is_rechecked_in_every_room(mod: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(mod, key, ann, "mute", site=True)
    assert '"log":null' in str(last_event(SITE).data)
    lift(mod, key, sanction)
    assert '"log":null' in str(last_event(SITE).data)


# More rank than one has


def test_kick_by_host_does_not_shorten_the_ban_by_a_moderator(
    host: Caller, mod: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    make(mod, key, ann, "ban")
    make(host, key, ann, "kick")
    time.shift(6 * 60)
    assert refused(ann, "room.join", room=key).type == "banned"


def test_host_who_lifts_a_kick_does_not_lift_the_ban_by_a_moderator(
    host: Caller, mod: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    kick = make(host, key, ann, "kick")
    ban = make(mod, key, ann, "ban")
    time.shift(6 * 60)
    lift(host, key, kick)
    assert may_read_or_none(ann, key) is None
    assert refused(ann, "message.post", room=key, text="x").type == "banned"
    lift(mod, key, ban)
    post(ann, key)


def test_host_who_lifts_old_mute_does_not_lift_the_mute_by_a_moderator(
    host: Caller, mod: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    old = make(host, key, ann, "mute", duration_ms=60_000)
    time.shift(61)
    make(mod, key, ann, "mute")
    lift(host, key, old)
    assert refused(ann, "message.post", room=key, text="x").type == "muted"


def test_lifting_an_old_ban_of_the_site_does_not_lift_the_new_one(
    mod: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    old = make(mod, key, ann, "ban", site=True, duration_ms=60_000)
    time.shift(61)
    make(mod, key, ann, "ban", site=True)
    lift(mod, key, old)
    assert User.objects.get(pk=ann.pk).banned_until > now_ms()


def test_site_ban_lifted_elsewhere_makes_nobody_a_host_there(
    mod: Caller, host: Caller, ann: Caller, key: LogKey
) -> None:
    anns = room(ann, mod)
    sanction = make(mod, anns, ann, "ban", site=True)
    lift(mod, key, sanction)
    assert Membership.objects.get(user=ann.pk, room__log__key=key).role == "member"
    assert Membership.objects.get(user=ann.pk, room__log__key=anns).role == "host"


def test_lifted_site_ban_does_not_lift_ban_from_the_room(mod: Caller, host: Caller, ann: Caller, key: LogKey) -> None:
    anns = room(ann, mod)
    make(host, key, ann, "ban")
    lift(mod, key, make(mod, anns, ann, "ban", site=True))
    assert refused(ann, "message.post", room=key, text="x").type == "banned"


def test_lifted_old_kick_gives_back_no_role_that_was_lost_since(
    mod: Caller, host: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    kick = make(mod, key, bo, "kick")
    time.shift(6 * 60)
    act(bo, "room.join", room=key)
    lift(mod, key, kick)
    assert Membership.objects.get(user=bo.pk, room__log__key=key).role == "member"


def test_lifted_old_kick_does_not_rejoin_a_person_who_left(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    kick = make(host, key, ann, "kick")
    time.shift(6 * 60)
    act(ann, "room.join", room=key)
    act(ann, "room.leave", room=key)
    lift(host, key, kick)
    assert last_event(key).kind == "sanction.lifted"
    joined = Event.objects.filter(log__key=key, kind="member.joined", actor=None)
    assert not joined.exists()


def test_lifted_ban_after_a_kick_restores_the_role_before_both(host: Caller, ann: Caller, key: LogKey) -> None:
    make(host, key, ann, "kick")
    ban = make(host, key, ann, "ban")
    lift(host, key, Sanction.objects.get(kind="kick").key)
    assert refused(ann, "message.post", room=key, text="x").type == "banned"
    lift(host, key, ban)
    post(ann, key)


def test_host_cannot_close_the_report_of_their_own_message(host: Caller, ann: Caller, mod: Caller, key: LogKey) -> None:
    o = post(host, key)
    act(ann, "report.create", room=key, o=o, rule="insult")
    report = Report.objects.get().key
    assert refused(host, "report.close", room=key, report=report, outcome="dismissed").code == 404
    act(mod, "report.close", room=key, report=report, outcome="handled")


def test_moderator_admits_people_to_private_room(host: Caller, key: LogKey) -> None:
    moderator = guest("Other mod")
    User.objects.filter(pk=moderator.pk).update(is_moderator=True)
    hidden = room(host, moderator, public=False)
    enter(moderator, guest("Eve"), hidden)
    act(host, "member.remove", room=hidden, user=again(User.objects.get(name="Eve")).id)
    User.objects.filter(pk=moderator.pk).update(is_moderator=False)
    with pytest.raises(RealtimeError, match="forbidden"):
        enter(moderator, guest("Eva"), hidden)


def may_read_or_none(caller: Caller, key: LogKey) -> Any:
    return may_read(caller, key)


# What comes back


def test_message_deleted_later_by_its_author_is_not_restored_with_the_rest(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    o = post(ann, key, "regretted")
    ban = make(host, key, ann, "ban", remove="all", duration_ms=60_000)
    act(host, "message.restore", room=key, o=o)
    time.shift(61)
    act(ann, "room.join", room=key)
    act(ann, "message.delete", room=key, o=o)
    lift(host, key, ban)
    assert Message.objects.get(log__key=key, offset=o).data is None


def test_lockdown_started_again_when_overdue_ends_in_the_first_rules(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    act(host, "room.panic", room=key, on=True)
    time.shift(PANIC_MS / 1000)
    act(host, "room.panic", room=key, on=True)
    time.shift(PANIC_MS / 1000)
    while claim():
        pass
    found = Room.objects.get(log__key=key)
    assert (found.locked, found.guests_off, found.slow_s) == (False, False, 0)


def test_overdue_lockdown_can_be_ended_by_hand(host: Caller, key: LogKey, time: time_machine.Traveller) -> None:
    act(host, "room.panic", room=key, on=True)
    time.shift(PANIC_MS / 1000 + 1)
    act(host, "room.panic", room=key, on=False)
    assert not Room.objects.get(log__key=key).locked


# Bad input


def test_appeal_refuses_rooms_that_the_person_has_no_part_in(
    mod: Caller, host: Caller, ann: Caller, key: LogKey
) -> None:
    hidden = room(host, public=False)
    sanction = make(mod, key, ann, "mute", site=True)
    for place in (SITE, hidden, LogKey("NotThereAtAll000")):
        assert refused(ann, "sanction.appeal", room=place, sanction=sanction, text="please").code == 404
    assert not Event.objects.filter(kind="sanction.appealed").exists()
    act(ann, "sanction.appeal", room=key, sanction=sanction, text="please")


def test_site_log_is_closed_to_requests(mod: Caller, ann: Caller, key: LogKey) -> None:
    from tests.chat.test_hidden_rooms import asked_of_rooms

    sanction = make(mod, key, ann, "mute", site=True)
    before = Event.objects.filter(log__key=SITE).count()
    from config.asgi import backend

    for method, params in asked_of_rooms().items():
        if method in backend.methods and backend.methods[method].lane == "write":
            given = {name: sanction if name == "sanction" else value for name, value in params.items()}
            assert refused(ann, method, room=SITE, **given).code == 404, method
    assert Event.objects.filter(log__key=SITE).count() == before


LONG = "x" * 501


def test_reason_is_at_most_as_long_as_its_column(host: Caller, ann: Caller, key: LogKey) -> None:
    o = post(ann, key)
    mute = make(host, key, ann, "mute")
    act(ann, "sanction.appeal", room=key, sanction=mute, text="please")
    act(host, "report.create", room=key, o=o, rule="spam")
    asked: list[tuple[str, dict[str, Any]]] = [
        ("message.delete", {"o": o}),
        ("room.restrict", {"slow_s": 0, "locked": False, "guests_off": False, "approval": False}),
        ("sanction.answer", {"sanction": mute, "granted": False}),
        ("sanction.lift", {"sanction": mute}),
        ("report.close", {"report": Report.objects.get().key, "outcome": "handled"}),
    ]
    for method, params in asked:
        assert refused(host, method, room=key, reason=LONG, **params).type == "too_long", method
    assert Message.objects.get(log__key=key, offset=o).data is not None
    assert Audit.objects.filter(act="sanction.mute").count() == Audit.objects.count() == 1


def test_ban_beyond_the_calendar_is_refused_or_has_a_page(host: Caller, ann: Caller, key: LogKey) -> None:
    browser = Browser()
    browser.force_login(User.objects.get(pk=ann.pk), "django.contrib.auth.backends.ModelBackend")
    [found] = write_or_invalid(host, key, ann, 2**53 - 1)
    assert isinstance(found, Answer) is False or browser.get(f"/r/{key}/").status_code == 403


def write_or_invalid(host: Caller, key: LogKey, user: Caller, lasts: int) -> list[Any]:
    import msgspec

    try:
        asked = call(host, "sanction.make", room=key, user=user.id, kind="ban", duration_ms=lasts)
    except msgspec.ValidationError as error:
        return [error]
    return write([asked])


def test_appeal_on_the_page_has_no_control_characters(host: Caller, ann: Caller, key: LogKey) -> None:
    browser = Browser()
    browser.force_login(User.objects.get(pk=ann.pk), "django.contrib.auth.backends.ModelBackend")
    make(host, key, ann, "ban")
    assert browser.post(f"/r/{key}/appeal", {"text": "\0 \x07"}).status_code == 403
    assert browser.post(f"/r/{key}/appeal", {"text": "ple\0ase"}).status_code == 303
    assert Sanction.objects.get().appeal == "please"


def test_two_windows_appeal_once(host: Caller, ann: Caller, key: LogKey) -> None:
    sanction = make(host, key, ann, "ban")
    user = User.objects.get(pk=ann.pk)
    appeal_make(user=user, key=key, sanction=sanction, text="please")
    with pytest.raises(RealtimeError, match="already_done"):
        appeal_make(user=user, key=key, sanction=sanction, text="please!")
    assert Event.objects.filter(kind="sanction.appealed").count() == 2


def test_reporter_is_in_no_frame_but_those_of_hosts(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    from realtime.log import tail

    o = post(bo, key)
    act(ann, "report.create", room=key, o=o, rule="spam")
    entry = tail(key, 1)[0]
    labels = may_read(bo, key)
    assert labels is not None
    assert not entry.readable_by(labels)
    assert ann.id not in entry.withheld()
    assert "report.made" not in entry.withheld()


def test_second_browser_of_banned_guest_is_free_after_the_lifting(host: Caller, ann: Caller, key: LogKey) -> None:
    User.objects.filter(pk=ann.pk).update(device="d" * 64)
    lift(host, key, make(host, key, ann, "ban"))
    assert not DeviceBan.objects.exists()


# Two processes


def beside(work: Callable[[], object]) -> Future[object]:
    """Run in a thread with a connection of its own, as another process would."""

    def alone() -> object:
        try:
            return work()
        finally:
            connection.close()

    return ThreadPoolExecutor(1).submit(alone)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_work_that_is_left_for_another_room_does_not_wait_for_it(host: Caller, key: LogKey) -> None:
    other = room(host)

    def leave() -> None:
        with batch([key]) as staged:
            elsewhere(staged, "chat.purge", [Log.objects.get(key=other).pk], {"o": 1})

    with batch([other]):
        beside(leave).result(10)
    assert Deadline.objects.filter(log__key=other).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_rooms_at_once_forget_none_of_the_lines_that_went(
    mod: Caller, ann: Caller, host: Caller, key: LogKey
) -> None:
    other = room(host, ann, mod)
    places = [post(ann, each) for each in (key, other)]
    sanction = make(mod, room(mod), ann, "ban", site=True)
    Sanction.objects.update(removed="[]")
    first, go = threading.Event(), threading.Event()

    def remove(place: LogKey) -> None:
        with batch([place]) as staged:
            remove_due(staged, place, {"sanction": sanction, "since": 0})
            first.set()
            go.wait(1)

    one = beside(lambda: remove(key))
    assert first.wait(10)
    two = beside(lambda: remove(other))
    go.wait(0.5)
    go.set()
    one.result(10), two.result(10)
    removed = msgspec.json.decode(Sanction.objects.get(key=sanction).removed)
    assert sorted(o for _, o, _ in removed) == sorted(places)


def test_site_ban_removes_messages_of_left_rooms_too(mod: Caller, ann: Caller, host: Caller, key: LogKey) -> None:
    left = room(host, ann)
    o = post(ann, left, "advert")
    act(ann, "room.leave", room=left)
    sanction = make(mod, key, ann, "ban", site=True, remove="hour")
    while claim():
        pass
    assert Message.objects.get(log__key=left, offset=o).data is None
    lift(mod, key, sanction)
    while claim():
        pass
    assert Message.objects.get(log__key=left, offset=o).data is not None
