"""Tests of the room that is prepared for measuring."""

import pytest

from bench import room
from chat.models import Membership, Message
from realtime.log import head_of, read
from realtime.models import Event


@pytest.mark.django_db
def test_long_history_has_no_gap_and_its_copies_have_their_own_tags_and_cids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "POSTED_BY_SERVICE", 20)
    people, (key, other) = room.enter(3, 2)
    before = head_of(key)
    room.history(key, people, 70)
    assert head_of(key).o == before.o + 70
    assert head_of(key).n == before.n + 70
    events = read(key, 0, 1000)
    assert [event.o for event in events] == list(range(1, before.o + 71))
    assert len({event.t for event in events}) == len({event.cid for event in events if event.cid}) + before.o
    lines = Message.objects.filter(log__key=key, kind="text").order_by("offset")
    assert [(line.offset, line.lines, line.touched) for line in lines] == [(e.o, e.n, e.o) for e in events[before.o :]]
    assert sum("html" in str(line.data) for line in lines) == 7
    assert head_of(other).o == before.o
    assert Event.objects.filter(log__key=key, method="message.post").count() == 70


@pytest.mark.django_db
def test_all_guests_are_members_until_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MEMBERS", 4)
    monkeypatch.setattr(room, "BATCH_SIZE", 2)
    people, (key,) = room.enter(7, 1)
    assert len({person.pk for person in people}) == 7
    assert Membership.objects.filter(room__log__key=key).count() == 5
    assert len(set(room.logins(people))) == 7
