"""The read pointer, moved back by its owner."""

import pytest

from chat.models import Membership
from chat.selectors import may_read, own_rooms, snapshot, welcome
from realtime.errors import RealtimeError
from realtime.log import head_of
from realtime.types import Caller, LogKey
from tests.actions import act, call, guest, outcome, post, room

pytestmark = pytest.mark.django_db


def unmark(caller: Caller, key: LogKey, o: int) -> dict[str, int]:
    return act(caller, "read.unmark", room=key, o=o)


def unread(caller: Caller, key: LogKey) -> tuple[int, int]:
    found = own_rooms.unread_of(caller)[key]
    return found["read"], found["unread"]


def read_in_snapshot(caller: Caller, key: LogKey) -> int:
    read: int = snapshot(caller, key, may_read(caller, key) or frozenset(), head_of(key))["room"]["read"]
    return read


def test_message_and_those_after_it_are_unread_again(ana: Caller, ben: Caller, key: LogKey) -> None:
    first, second, third = (post(ben, key, str(n)) for n in range(3))
    act(ana, "read.mark", room=key, o=third)
    assert unread(ana, key) == (third, 0)
    assert unmark(ana, key, second) == {"read": second - 1, "unread": 2, "mentions": 0, "o": third}
    assert unread(ana, key) == (first, 2)
    assert unread(ben, key)[1] == 0
    act(ana, "read.mark", room=key, o=third)
    assert unread(ana, key) == (third, 0)


def test_own_messages_so_far_do_not_move_the_pointer_and_the_next_one_does(
    ana: Caller, ben: Caller, key: LogKey
) -> None:
    first = post(ben, key, "question")
    own = post(ana, key, "answer")
    post(ben, key, "thanks")
    assert unread(ana, key) == (own, 1)
    assert unmark(ana, key, first)["unread"] == 2
    assert unread(ana, key) == (first - 1, 2)
    assert read_in_snapshot(ana, key) == first - 1
    again = post(ana, key, "welcome")
    assert unread(ana, key) == (again, 0)
    assert read_in_snapshot(ana, key) == again


def test_pointer_before_the_message_stays(ana: Caller, ben: Caller, key: LogKey) -> None:
    post(ben, key)
    last = post(ben, key)
    before = unread(ana, key)
    assert unmark(ana, key, last)["read"] == before[0]
    assert unread(ana, key) == before
    assert Membership.objects.get(room__log__key=key, user=ana.pk).own_from == 0


def test_every_tab_of_the_person_learns_of_it(ana: Caller, ben: Caller, key: LogKey) -> None:
    o = post(ben, key)
    act(ana, "read.mark", room=key, o=o)
    signals = outcome(call(ana, "read.unmark", room=key, o=o)).signals
    counts = {"read": o - 1, "unread": 1, "mentions": 0, "o": o}
    assert [(each.kind, each.value, each.to) for each in signals] == [
        ("unread", counts, ana.id),
        ("read", o - 1, ana.id),
    ]
    [row] = [each for each in welcome(ana) if each["key"] == key]
    assert (row["read"], row["unread"]) == (o - 1, 1)


def test_pointer_of_strangers_is_refused(ana: Caller, key: LogKey) -> None:
    for caller, place, code in ((guest(), key, 403), (guest(), room(ana, public=False), 404)):
        with pytest.raises(RealtimeError) as error:
            unmark(caller, place, 1)
        assert error.value.code == code
