"""Tests the rules of rooms: slow mode, lock, guests, approval and the lockdown."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password

from accounts.models import User
from chat.selectors import may_read, snapshot
from realtime.errors import RealtimeError
from realtime.log import head_of, now_ms
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.jobs import Answer
from realtime.workers.transaction import write
from tests.actions import act, ask, call, data_of, guest, last_event, outcome, post, room
from tests.game.play import refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
CALM = {"slow_s": 0, "locked": False, "guests_off": False, "approval": False}


@pytest.fixture
def key(host: Caller, ann: Caller) -> LogKey:
    return room(host, ann)


def restrict(host: Caller, key: LogKey, **rules: Any) -> None:
    act(host, "room.restrict", room=key, **(CALM | rules))


def rules(caller: Caller, key: LogKey) -> dict[str, Any]:
    labels = may_read(caller, key)
    assert labels is not None
    shown: dict[str, Any] = snapshot(caller, key, labels, head_of(key))["room"]["rules"]
    return shown


def test_slow_mode_takes_one_message_at_a_time(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    restrict(host, key, slow_s=30)
    o = post(ann, key)
    time.shift(10)
    problem = refused(ann, "message.post", room=key, text="too soon")
    assert (problem.code, problem.type, problem.more["retry_after_ms"]) == (429, "slow_mode", 20_000)
    act(ann, "message.edit", room=key, o=o, text="an edit is no new line")
    post(host, key)
    post(host, key, "hosts are not slowed")
    time.shift(20)
    post(ann, key)


def test_slow_mode_takes_one_message_of_a_batch(host: Caller, ann: Caller, key: LogKey) -> None:
    restrict(host, key, slow_s=5)
    outcomes = write([call(ann, "message.post", room=key, text=f"{n}") for n in range(5)])
    assert [type(found) for found in outcomes] == [Answer, *[RealtimeError] * 4]


def test_locked_room_takes_messages_of_hosts_only(host: Caller, ann: Caller, key: LogKey) -> None:
    o = post(ann, key)
    restrict(host, key, locked=True)
    assert refused(ann, "message.post", room=key, text="x").type == "locked"
    assert refused(ann, "message.edit", room=key, o=o, text="x").type == "locked"
    act(ann, "message.delete", room=key, o=o)
    post(host, key)


def test_blocked_guests_neither_join_nor_write(host: Caller, ann: Caller, key: LogKey) -> None:
    restrict(host, key, guests_off=True)
    assert refused(ann, "message.post", room=key, text="x").type == "guests_off"
    assert refused(guest("New"), "room.join", room=key).type == "guests_off"
    User.objects.filter(pk=ann.pk).update(password=make_password("a long password"))
    post(ann, key)


def test_rules_are_told_to_everybody_and_stand_in_the_snapshot(host: Caller, ann: Caller, key: LogKey) -> None:
    restrict(host, key, slow_s=10, locked=True)
    told = data_of(last_event(key))
    assert (last_event(key).kind, last_event(key).audience, told["rules"]["by_rank"]) == ("room.restricted", None, 1)
    assert told["rules"] == rules(ann, key)
    assert (told["rules"]["slow_s"], told["rules"]["locked"]) == (10, True)


@pytest.mark.parametrize("slow_s", [1, 299])
def test_unknown_slow_mode_is_refused(host: Caller, key: LogKey, slow_s: int) -> None:
    assert refused(host, "room.restrict", room=key, **(CALM | {"slow_s": slow_s})).type == "bad_rules"


def test_lockdown_sets_all_rules_and_reverts_itself(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    restrict(host, key, slow_s=5)
    act(host, "room.panic", room=key, on=True)
    until = now_ms() + 15 * 60_000
    assert rules(ann, key) == {
        "slow_s": 30, "locked": True, "guests_off": True, "approval_until": None, "panic_until": until, "by_rank": 1,
    }  # fmt: skip
    assert refused(host, "room.panic", room=key, on=True).type == "already_done"
    assert deadlines.due() == []
    time.shift(15 * 60)
    write(deadlines.due())
    assert rules(ann, key) == {
        "slow_s": 5, "locked": False, "guests_off": False, "approval_until": None, "panic_until": None, "by_rank": 1,
    }  # fmt: skip
    assert ask(host, "audit.list", room=key)["entries"][0]["act"] == "room.calm"


def test_room_says_who_set_its_rules(host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller) -> None:
    mod = guest("Mod")
    User.objects.filter(pk=mod.pk).update(is_moderator=True)
    [joined] = outcome(call(mod, "room.join", room=key)).signals
    assert joined.value["rank"] == 2, "the menus of a moderator are there at once"
    assert rules(ann, key)["by_rank"] is None
    restrict(host, key, slow_s=5)
    assert rules(ann, key)["by_rank"] == 1
    act(mod, "room.panic", room=key, on=True)
    assert rules(ann, key)["by_rank"] == 2
    time.shift(15 * 60)
    write(deadlines.due())
    assert rules(ann, key)["by_rank"] == 1, "what was before the panic, a host had set"


def test_lockdown_ended_by_hand_is_not_ended_again(
    host: Caller, ann: Caller, key: LogKey, time: time_machine.Traveller
) -> None:
    act(host, "room.panic", room=key, on=True)
    act(host, "room.panic", room=key, on=False)
    time.shift(60)
    act(host, "room.panic", room=key, on=True)
    time.shift(14 * 60 + 30)
    write(deadlines.due())
    assert rules(ann, key)["locked"]
    restrict(host, key)
    time.shift(60)
    head = head_of(key)
    write(deadlines.due())
    assert head_of(key) == head
