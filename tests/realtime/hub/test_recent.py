"""A ring holds the end of a log: in order, without a hole, without what was superseded."""

from hypothesis import given
from hypothesis import strategies as st

from realtime.hub.recent import RecentEvents
from realtime.log.event import LogEvent
from realtime.types import Head, LogKey, Position

ROOM = LogKey("r")


def entry(o: int, *redacts: int) -> LogEvent:
    return LogEvent(ROOM, o, o * 7, o, 0, "k", None, None, None, redacts, f'"{o}"')


def ring(*taken: int, size: int = 8) -> RecentEvents:
    made = RecentEvents(size, Head(0, 0, 0))
    made.apply([entry(o) for o in taken])
    return made


@given(st.lists(st.lists(st.integers(1, 30), max_size=6), max_size=30))
def test_whatever_comes_the_ring_holds_no_hole_and_gives_each_event_once(runs: list[list[int]]) -> None:
    made, seen = RecentEvents(8, Head(0, 0, 0)), []
    for run in runs:
        new, _ = made.apply([entry(o) for o in run])
        seen += [event.o for event in new]
    assert seen == list(range(1, made.head.o + 1))


@given(st.integers(0, 40), st.integers(0, 45))
def test_since_gives_all_that_follows_or_nothing(head: int, o: int) -> None:
    since = ring(*range(1, head + 1)).since(o)
    if o >= head:
        assert since == []
    elif o + 1 < head - 7:
        assert since is None
    else:
        assert [event.o for event in since or []] == list(range(o + 1, head + 1))


def test_a_hole_is_told() -> None:
    new, gap = ring(1, 2).apply([entry(3), entry(5)])
    assert ([event.o for event in new], gap) == ([3], True)


def test_what_is_superseded_is_empty_before_anyone_is_served() -> None:
    made = ring(1, 2)
    made.apply([entry(3, 1)])
    assert [event.data for event in made.since(0) or []] == [None, '"2"', '"3"']


def test_a_page_read_before_the_event_that_empties_it_is_emptied() -> None:
    made = ring(1, 2)
    made.apply([entry(3, 1)])
    page = [entry(1), entry(2)]
    made.redact(page)
    assert [event.data for event in page] == [None, '"2"']


def test_a_tail_read_later_fills_the_front() -> None:
    made = RecentEvents(8, Head(5, 35, 5))
    made.apply([entry(6, 4)])
    made.prepend([entry(o) for o in range(2, 6)])
    assert [(event.o, event.data) for event in made.since(1) or []] == [
        (2, '"2"'), (3, '"3"'), (4, None), (5, '"5"'), (6, '"6"'),
    ]  # fmt: skip


def test_a_position_is_known_by_its_tag() -> None:
    made = ring(*range(1, 13))
    assert made.contains(Position(12, 84)) is True
    assert made.contains(Position(7, 49)) is True
    assert made.contains(Position(7, 50)) is False
    assert made.contains(Position(13, 91)) is False
    assert made.contains(Position(2, 14)) is None
