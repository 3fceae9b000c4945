"""Rooms between people, and whom one does not want to hear."""

import pytest

from chat.models import Room
from chat.selectors import may_read, snapshot, welcome
from realtime.errors import RealtimeError
from realtime.log import head_of
from realtime.types import Caller, LogKey
from realtime.workers.transaction import write
from tests.actions import act, ask, call, guest, line, outcome, post, room
from tests.game.play import refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hall(ann: Caller, bo: Caller, cy: Caller) -> LogKey:
    return room(ann, bo, cy)


def direct(by: Caller, *others: Caller) -> LogKey:
    return LogKey(act(by, "direct.open", users=[other.id for other in others])["room"])


def accepted(by: Caller, *others: Caller) -> LogKey:
    key = direct(by, *others)
    for other in others:
        act(other, "direct.answer", room=key, accept=True)
    return key


def listed(caller: Caller) -> list[str]:
    return [row["key"] for row in welcome(caller)]


def test_same_people_have_same_room(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = direct(ann, bo)
    assert direct(bo, ann) == direct(ann, bo, ann) == key
    assert direct(ann, bo, cy) == direct(cy, ann, bo) != key
    assert Room.objects.exclude(direct="").count() == 2


def test_two_who_ask_at_once_get_one_room(ann: Caller, bo: Caller) -> None:
    outcomes = write([call(ann, "direct.open", users=[bo.id]), call(bo, "direct.open", users=[ann.id])])
    assert len({getattr(found, "result", {}).get("room") for found in outcomes}) == 1


def test_each_has_it_under_the_names_of_the_others(ann: Caller, bo: Caller, cy: Caller) -> None:
    [signal] = outcome(call(ann, "direct.open", users=[bo.id, cy.id])).signals
    assert (signal.to, signal.value["name"]) == (ann.id, "Bo, Cy")
    key = direct(ann, bo, cy)
    act(bo, "direct.answer", room=key, accept=True)
    for caller, name in [(ann, "Bo, Cy"), (bo, "Ann, Cy")]:
        assert next(row["name"] for row in welcome(caller) if row["key"] == key) == name
        labels = may_read(caller, key)
        assert labels is not None
        assert snapshot(caller, key, labels, head_of(key))["room"]["name"] == name


def test_direct_room_is_closed_to_others_and_has_no_invites(ann: Caller, bo: Caller, cy: Caller) -> None:
    key = accepted(ann, bo)
    post(ann, key)
    assert may_read(cy, key) is None
    assert refused(cy, "room.join", room=key).code == 404
    assert refused(ann, "invite.create", room=key, expires_ms=None, uses=None).code == 403
    assert refused(ann, "room.change", room=key, name="x", topic="", public=True).code == 403
    assert refused(ann, "room.leave", room=key).code == 403


def test_direct_open_takes_only_people_of_shared_rooms(ann: Caller, bo: Caller) -> None:
    stranger = guest("Stranger")
    assert refused(ann, "direct.open", users=[stranger.id]).code == 404
    assert refused(ann, "direct.open", users=["nobody"]).code == 404
    for users in ([], [ann.id], [f"u{n}" for n in range(8)]):
        assert refused(ann, "direct.open", users=users).type == "bad_people"


def test_block_silences_nobody_and_takes_the_room_of_two_out_of_the_list(ann: Caller, bo: Caller) -> None:
    key = accepted(ann, bo)
    act(bo, "person.block", user=ann.id, blocked=True)
    act(bo, "person.block", user=ann.id, blocked=True)
    assert ask(bo, "block.list") == {"users": [ann.id]}
    assert ask(ann, "block.list") == {"users": []}
    post(bo, key)
    post(ann, key)
    assert key not in listed(bo)
    assert key in listed(ann)
    [signal] = outcome(call(bo, "person.block", user=ann.id, blocked=False)).signals
    assert (signal.room, signal.value["unread"]) == (key, 1)
    assert key in listed(bo)


def test_block_closes_no_room_of_many(ann: Caller, bo: Caller, hall: LogKey) -> None:
    act(bo, "person.block", user=ann.id, blocked=True)
    o = post(ann, hall)
    assert line(bo, hall, o)["o"] == o


def test_block_refuses_the_caller_as_target(ann: Caller) -> None:
    with pytest.raises(RealtimeError, match="not_found"):
        act(ann, "person.block", user=ann.id, blocked=True)
