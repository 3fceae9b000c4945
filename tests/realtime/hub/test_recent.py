"""Tests of recent events: in order, without a gap, and without redacted data."""

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
def test_recent_events_have_no_gap_and_give_each_event_once(runs: list[list[int]]) -> None:
    made, seen = RecentEvents(8, Head(0, 0, 0)), []
    for run in runs:
        new, _ = made.apply([entry(o) for o in run])
        seen += [event.o for event in new]
    assert seen == list(range(1, made.head.o + 1))


@given(st.integers(0, 40), st.integers(0, 45))
def test_recent_events_since_an_offset_are_complete_or_none(head: int, o: int) -> None:
    since = ring(*range(1, head + 1)).since(o)
    if o >= head:
        assert since == []
    elif o + 1 < head - 7:
        assert since is None
    else:
        assert [event.o for event in since or []] == list(range(o + 1, head + 1))


def test_apply_reports_a_gap() -> None:
    new, gap = ring(1, 2).apply([entry(3), entry(5)])
    assert ([event.o for event in new], gap) == ([3], True)


def test_redacted_event_is_empty_before_delivery() -> None:
    made = ring(1, 2)
    made.apply([entry(3, 1)])
    assert [event.data for event in made.since(0) or []] == [None, '"2"', '"3"']


def test_redact_empties_a_page_that_was_read_earlier() -> None:
    made = ring(1, 2)
    made.apply([entry(3, 1)])
    page = [entry(1), entry(2)]
    made.redact(page)
    assert [event.data for event in page] == [None, '"2"']


def test_prepend_adds_older_events() -> None:
    made = RecentEvents(8, Head(5, 35, 5))
    made.apply([entry(6, 4)])
    made.prepend([entry(o) for o in range(2, 6)])
    assert [(event.o, event.data) for event in made.since(1) or []] == [
        (2, '"2"'), (3, '"3"'), (4, None), (5, '"5"'), (6, '"6"'),
    ]  # fmt: skip


def test_contains_compares_the_tag_of_a_position() -> None:
    made = ring(*range(1, 13))
    assert made.contains(Position(12, 84)) is True
    assert made.contains(Position(7, 49)) is True
    assert made.contains(Position(7, 50)) is False
    assert made.contains(Position(13, 91)) is False
    assert made.contains(Position(2, 14)) is None
