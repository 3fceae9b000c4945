"""Complaints: made once, seen with what was said around, closed once."""

import pytest

from accounts.models import User
from chat.plugin import NewMessage
from chat.selectors import may_read
from chat.services.messages import message_append
from chat.text import rendered
from moderation.models import Report
from realtime.errors import RealtimeError
from realtime.log import batch, read
from realtime.types import Caller, LogKey
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, ask, call, guest, last_event, post, room
from tests.game.play import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(host: Caller, ann: Caller, bo: Caller) -> LogKey:
    return room(host, ann, bo)


def report(by: Caller, key: LogKey, o: int) -> str:
    act(by, "report.create", room=key, o=o, rule="spam", reason="an advert")
    return Report.objects.latest("pk").key


def test_report_reaches_the_hosts_and_nobody_else(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    made = report(bo, key, post(ann, key, "buy!"))
    assert (last_event(key).kind, last_event(key).audience) == ("report.made", " host ")
    [listed] = ask(host, "report.list", room=key)["reports"]
    assert (listed["report"], listed["by"], listed["user"], listed["state"]) == (made, bo.id, ann.id, "open")
    for caller in (ann, bo):
        with pytest.raises(RealtimeError, match="forbidden"):
            ask(caller, "report.list", room=key)


def test_report_is_read_with_messages_around_and_deleted_texts(
    host: Caller, ann: Caller, bo: Caller, key: LogKey
) -> None:
    before = [post(bo, key, f"before {n}") for n in range(15)]
    o = post(ann, key, "buy!")
    after = [post(bo, key, f"after {n}") for n in range(15)]
    made = report(bo, key, o)
    act(ann, "message.delete", room=key, o=o)
    shown = ask(host, "report.read", room=key, report=made)
    assert [line["o"] for line in shown["lines"]] == [*before[-10:], o, *after[:10]]
    line = next(line for line in shown["lines"] if line["o"] == o)
    assert (line["data"], line["was"]) == (None, {"text": "buy!"})


def test_report_shows_no_message_that_the_host_may_not_see(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    o = post(ann, key, "buy!")
    with batch([key]) as staged:
        message_append(staged, room=key, message=NewMessage(rendered("a secret"), audience=frozenset({f"u:{bo.id}"})))
    made = report(bo, key, o)
    assert "a secret" not in str(ask(host, "report.read", room=key, report=made))


def test_report_is_made_once_and_not_about_the_caller(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = post(ann, key)
    report(bo, key, o)
    assert refused(bo, "report.create", room=key, o=o, rule="spam").type == "already_done"
    assert refused(ann, "report.create", room=key, o=o, rule="spam").type == "own_line"
    assert refused(bo, "report.create", room=key, o=10**6, rule="spam").code == 404
    assert refused(bo, "report.create", room=key, o=o, rule="spam", reason="x" * 501).type == "too_long"


def test_second_of_two_closers_gets_409_with_the_first(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    made = report(bo, key, post(ann, key))
    closing = [call(by, "report.close", room=key, report=made, outcome="handled") for by in (host, bo)]
    outcomes = write(closing)
    assert isinstance(outcomes[0], Answer)
    assert isinstance(outcomes[1], RealtimeError)
    assert (outcomes[1].type, outcomes[1].more["report"]["closed"]["by"]) == ("already_done", host.id)


# Who must not read it


@pytest.fixture
def mod(key: LogKey) -> Caller:
    moderator = guest("Mod")
    User.objects.filter(pk=moderator.pk).update(is_moderator=True)
    act(moderator, "room.join", room=key)
    return moderator


def listed(by: Caller, key: LogKey) -> list[str]:
    return [each["report"] for each in ask(by, "report.list", room=key)["reports"]]


def heard(by: Caller, key: LogKey) -> bool:
    """Return whether the newest event of the room reaches the person."""
    labels = may_read(by, key)
    assert labels is not None
    newest = last_event(key).offset
    return read(key, newest - 1, newest)[0].readable_by(labels)


def test_report_about_host_reaches_no_host(host: Caller, ann: Caller, bo: Caller, mod: Caller, key: LogKey) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    made = report(ann, key, post(host, key))
    for each in (host, bo):
        assert (heard(each, key), listed(each, key)) == (False, [])
        with pytest.raises(RealtimeError, match="not_found"):
            ask(each, "report.read", room=key, report=made)
        assert refused(each, "report.close", room=key, report=made, outcome="dismissed").code == 404
    assert (heard(mod, key), listed(mod, key)) == (True, [made])
    act(mod, "report.close", room=key, report=made, outcome="handled")
    assert (heard(host, key), heard(bo, key), heard(mod, key)) == (False, False, True)


def test_new_host_does_not_learn_who_reported_them(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    made = report(bo, key, post(ann, key))
    act(host, "member.role", room=key, user=ann.id, role="host")
    assert (listed(ann, key), listed(host, key)) == ([], [made])


def test_report_about_moderator_reaches_higher_ranks(ann: Caller, mod: Caller, key: LogKey) -> None:
    admin = guest("Admin")
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    act(admin, "room.join", room=key)
    about_mod = report(ann, key, post(mod, key))
    assert (heard(mod, key), heard(admin, key)) == (False, True)
    about_admin = report(ann, key, post(admin, key))
    assert (heard(mod, key), heard(admin, key)) == (False, False)
    assert (listed(mod, key), listed(admin, key)) == ([], [about_mod])
    assert Report.objects.get(key=about_admin).rank == 3


def test_reports_of_direct_rooms_are_for_moderators(ann: Caller, bo: Caller, key: LogKey) -> None:
    direct = LogKey(act(ann, "direct.open", users=[bo.id])["room"])
    report(bo, direct, post(ann, direct))
    assert Report.objects.get().rank == 2
    assert last_event(direct).audience == " mod "
