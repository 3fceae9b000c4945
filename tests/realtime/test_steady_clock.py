"""The server's clock under a wall clock that jumps."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import log
from realtime.models import Event, Log
from realtime.steady_clock import SLOWEST, TRUSTED_AHEAD_MS, SteadyClock
from realtime.types import LogKey

HOUR = 60 * 60_000


class Computer:
    """A computer's two clocks, in ms; the wall clock may be set."""

    def __init__(self) -> None:
        self.wall, self.up = 1_800_000_000_000, 5_000

    def runs(self, ms: int) -> None:
        self.wall, self.up = self.wall + ms, self.up + ms

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall * 1_000_000, lambda: self.up * 1_000_000)


def test_clock_follows_the_wall_clock_forward() -> None:
    computer = Computer()
    steady = computer.clock()
    computer.runs(1_000)
    assert steady.now_ms() == computer.wall
    computer.wall += HOUR
    assert steady.now_ms() == computer.wall


def test_clock_goes_on_when_the_wall_clock_is_set_back() -> None:
    computer = Computer()
    steady = computer.clock()
    before = steady.now_ms()
    computer.wall -= HOUR
    assert steady.now_ms() == before
    computer.runs(60_000)
    assert steady.now_ms() == before + 60_000 * SLOWEST
    computer.runs(10 * HOUR)
    assert steady.now_ms() == computer.wall


@given(st.lists(st.tuples(st.integers(0, 2 * HOUR), st.integers(-3 * HOUR, 3 * HOUR)), max_size=30))
def test_clock_never_runs_backward(steps: list[tuple[int, int]]) -> None:
    computer = Computer()
    steady = computer.clock()
    last = steady.now_ms()
    for passed, jump in steps:
        computer.runs(passed)
        computer.wall += jump
        now = steady.now_ms()
        assert now >= last + int(passed * SLOWEST) - 1
        assert now >= computer.wall
        last = now


def test_clock_says_once_that_it_was_set_back(caplog: pytest.LogCaptureFixture) -> None:
    computer = Computer()
    steady = computer.clock()
    steady.now_ms()
    computer.wall -= HOUR
    with caplog.at_level(logging.WARNING):
        steady.now_ms()
        steady.now_ms()
    assert [record.getMessage() for record in caplog.records] == [
        "the computer's clock was set back by 3600 s; Parlor's time follows it slowly"
    ]


def test_clock_continues_after_the_newest_event_of_another_run() -> None:
    computer = Computer()
    steady = computer.clock()
    steady.continue_after(computer.wall + HOUR)
    assert steady.now_ms() == computer.wall + HOUR


def test_clock_does_not_believe_an_event_of_a_far_future(caplog: pytest.LogCaptureFixture) -> None:
    computer = Computer()
    steady = computer.clock()
    steady.continue_after(computer.wall + TRUSTED_AHEAD_MS + 1)
    assert steady.now_ms() == computer.wall
    assert "ahead of the computer's clock" in caplog.text


@pytest.mark.django_db
def test_newest_at_is_the_time_of_the_newest_event() -> None:
    key = LogKey(Log.objects.create(key="RoomOfTheTests16").key)
    with log.batch([key]) as batch:
        entry = batch.append(key, kind="sample.said", data=None)
    assert log.newest_at() == entry.at == Event.objects.latest("pk").at
