"""Complaints: made once, seen with what was said around, closed once."""

import pytest

from chat.models import Report
from chat.registry import Line
from chat.services.messages import line_post
from chat.text import rendered
from realtime.log import batch
from realtime.methods import Caller
from realtime.protocol import LogKey, RealtimeError
from realtime.writer import Answer, write
from tests.chat.acts import act, ask, call, guest, last_event, post, room
from tests.game.play import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def host() -> Caller:
    return guest("Host")


@pytest.fixture
def ann() -> Caller:
    return guest("Ann")


@pytest.fixture
def bo() -> Caller:
    return guest("Bo")


@pytest.fixture
def key(host: Caller, ann: Caller, bo: Caller) -> LogKey:
    return room(host, ann, bo)


def report(by: Caller, key: LogKey, o: int) -> str:
    act(by, "report.create", room=key, o=o, rule="spam", reason="an advert")
    return Report.objects.latest("pk").key


def test_a_report_reaches_the_hosts_and_nobody_else(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    made = report(bo, key, post(ann, key, "buy!"))
    assert (last_event(key).kind, last_event(key).audience) == ("report.made", " host ")
    [listed] = ask(host, "report.list", room=key)["reports"]
    assert (listed["report"], listed["by"], listed["user"], listed["state"]) == (made, bo.id, ann.id, "open")
    for caller in (ann, bo):
        with pytest.raises(RealtimeError, match="forbidden"):
            ask(caller, "report.list", room=key)


def test_a_report_is_read_with_the_lines_around_and_what_was_removed(
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


def test_what_a_host_may_not_see_is_in_no_report(host: Caller, ann: Caller, bo: Caller, key: LogKey) -> None:
    o = post(ann, key, "buy!")
    with batch([key]) as staged:
        line_post(staged, room=key, line=Line(rendered("a secret"), audience=frozenset({f"u:{bo.id}"})))
    made = report(bo, key, o)
    assert "a secret" not in str(ask(host, "report.read", room=key, report=made))


def test_one_complains_once_and_not_about_oneself(ann: Caller, bo: Caller, key: LogKey) -> None:
    o = post(ann, key)
    report(bo, key, o)
    assert refused(bo, "report.create", room=key, o=o, rule="spam").type == "already_done"
    assert refused(ann, "report.create", room=key, o=o, rule="spam").type == "own_line"
    assert refused(bo, "report.create", room=key, o=10**6, rule="spam").code == 404
    assert refused(bo, "report.create", room=key, o=o, rule="spam", reason="x" * 501).type == "too_long"


def test_of_two_who_close_it_at_once_the_second_hears_who_was_first(
    host: Caller, ann: Caller, bo: Caller, key: LogKey
) -> None:
    act(host, "member.role", room=key, user=bo.id, role="host")
    made = report(bo, key, post(ann, key))
    closing = [call(by, "report.close", room=key, report=made, outcome="handled") for by in (host, bo)]
    outcomes = write(closing)
    assert isinstance(outcomes[0], Answer)
    assert isinstance(outcomes[1], RealtimeError)
    assert (outcomes[1].type, outcomes[1].more["report"]["closed"]["by"]) == ("already_done", host.id)
