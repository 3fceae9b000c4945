"""Tests that chat refuses what it asks moderation about when the answer fails."""

from typing import Any

import pytest

from chat import plugin
from chat.models import Membership, Message
from realtime.errors import RealtimeError
from realtime.log import head_of
from realtime.types import Caller, LogKey
from realtime.workers.transaction import write
from tests.actions import act, call, guest, post

pytestmark = pytest.mark.django_db


def fail(*given: Any, **more: Any) -> Any:
    raise RuntimeError("moderation is broken")


def refused(caller: Caller, method: str, **params: Any) -> RealtimeError:
    [answer] = write([call(caller, method, **params)])
    assert isinstance(answer, RealtimeError)
    return answer


@pytest.mark.parametrize("failure", [fail, plugin.unanswered])
def test_post_is_refused_when_the_answer_fails(
    ben: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch, failure: Any
) -> None:
    o, head = post(ben, key), head_of(key).o
    monkeypatch.setattr(plugin.installed, "may_post", failure)
    assert refused(ben, "message.post", room=key, text="hello").code == 500
    assert refused(ben, "message.edit", room=key, o=o, text="hello").code == 500
    assert (head_of(key).o, Message.objects.filter(log__key=key, kind="text").count()) == (head, 1)


def test_post_is_refused_alone_when_the_answer_fails_for_its_author(
    ana: Caller, ben: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = plugin.installed.may_post

    def fail_for_members(access: Any, now: int, slowed: bool) -> None:
        answer(access, now, slowed) if access.rank else fail()

    monkeypatch.setattr(plugin.installed, "may_post", fail_for_members)
    mine, theirs = write([call(who, "message.post", room=key, text="hello") for who in (ana, ben)])
    assert not isinstance(mine, RealtimeError)
    assert isinstance(theirs, RealtimeError)


def test_change_is_refused_when_the_answer_fails(ana: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin.installed, "may_change", fail)
    assert refused(ana, "room.change", room=key, name="Other", topic="", public=True).code == 500


@pytest.mark.parametrize("question", ["may_join", "join_terms"])
def test_join_is_refused_when_the_answer_fails(key: LogKey, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    eve = guest("Eve")
    monkeypatch.setattr(plugin.installed, question, fail)
    assert refused(eve, "room.join", room=key).code == 500
    assert not Membership.objects.filter(user=eve.pk, room__log__key=key).exists()


def test_deletion_is_refused_when_the_audit_log_cannot_be_written(
    ana: Caller, ben: Caller, key: LogKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    o = post(ben, key)
    monkeypatch.setattr(plugin.installed, "audit", fail)
    assert refused(ana, "message.delete", room=key, o=o).code == 500
    monkeypatch.undo()
    act(ana, "message.delete", room=key, o=o)


def test_question_has_one_answer() -> None:
    with pytest.raises(ValueError, match="registered already"):
        plugin.use(plugin.ChatPlugin(may_post=fail))
