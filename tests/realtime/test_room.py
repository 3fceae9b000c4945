"""Since when somebody is not in a room."""

import pytest

from realtime.protocol import Head, LogKey, UserId
from realtime.ring import Ring
from realtime.room import GONE, Room

MEI, JONAS = UserId("mei"), UserId("jonas")
PERSON = {"name": "x", "rev": 1}


@pytest.fixture
def room() -> Room:
    return Room(LogKey("room"), Ring(4, Head(0, 0, 0)), since=100.0)


def heard(room: Room, user: UserId, there: bool, now: float) -> None:
    room.changed(room.presence.say("here", {user: PERSON if there else None}, now), now)


def test_who_is_there_is_not_absent(room: Room) -> None:
    heard(room, MEI, True, 101)
    assert room.absent_ms(MEI, 200) == 0


def test_absence_counts_from_the_leaving_and_ends_with_the_return(room: Room) -> None:
    heard(room, MEI, True, 101)
    heard(room, MEI, False, 110)
    assert room.absent_ms(MEI, 140.5) == 30_500
    heard(room, MEI, True, 150)
    heard(room, MEI, False, 160)
    assert room.absent_ms(MEI, 161) == 1000


def test_who_was_never_seen_is_absent_since_the_room_is_known(room: Room) -> None:
    assert room.absent_ms(JONAS, 130) == 30_000


def test_departures_are_remembered_within_a_bound(room: Room) -> None:
    for n in range(GONE + 10):
        heard(room, UserId(str(n)), True, 101)
        heard(room, UserId(str(n)), False, 102 + n)
    assert len(room.gone) == GONE
    assert room.absent_ms(UserId("0"), 200) == 100_000
