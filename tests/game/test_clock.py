"""The clock of matches: turns that are over, tables to which nobody came, and what an outage took."""

from collections.abc import Callable

import pytest
import time_machine

from game.models import Beat, Match, Outage
from game.services.liveness import BEAT_MS, DOWNTIME_MS
from game.services.tables import NUDGE_MS, OPEN_MS
from realtime.errors import RealtimeError
from realtime.log import now_ms
from realtime.models import Deadline
from realtime.steady_clock import SLOWEST, SteadyClock
from realtime.types import Caller, LogKey
from realtime.workers import deadlines
from realtime.workers.transaction import write
from tests.actions import last_event
from tests.game.play import begun, made, move, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
TURN_MS = 60_000
Passes = Callable[..., None]


@pytest.fixture
def passes(time: time_machine.Traveller) -> Passes:
    """Time passes and the clock is looked at, every second or once at its end."""

    def passed(ms: int, *, away: bool = False) -> None:
        for _ in range(1 if away else ms // 1000):
            time.shift(ms / 1000 if away else 1)
            claim()
        while claim():
            pass

    return passed


def claim() -> int:
    calls = deadlines.due()
    assert [found for found in write(calls) if isinstance(found, RealtimeError)] == []
    return len(calls)


def test_first_time_out_plays_a_legal_move_and_the_second_loses(
    ann: Caller, bo: Caller, key: LogKey, passes: Passes
) -> None:
    o = begun(ann, bo, key)
    passes(TURN_MS - 1000)
    assert table(bo, key, o)["turn"] == 0
    passes(1000)
    now = table(bo, key, o)
    assert (last_event(key).kind, now["turn"], now["view"]["misses"]) == ("match.timed_out", 1, [1, 0])
    assert sum(map(len, now["view"]["columns"])) == 1
    assert now["deadline"] == now_ms() + TURN_MS
    move(bo, key, o, 0)
    passes(TURN_MS)
    assert table(bo, key, o)["result"] == {"winner": 1, "reason": "timeout"}


def test_turn_ends_in_time_when_the_wall_clock_is_set_back(
    ann: Caller, bo: Caller, key: LogKey, time: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    up = [0]
    monkeypatch.setattr("realtime.steady_clock.STEADY", SteadyClock(monotonic=lambda: up[0] * 1_000_000))
    o = begun(ann, bo, key)
    time.shift(-3600)
    for _ in range(int(TURN_MS / 1000 / SLOWEST) + 1):
        assert table(bo, key, o)["turn"] == 0
        up[0] += 1000
        claim()
    assert (table(bo, key, o)["turn"], last_event(key).kind) == (1, "match.timed_out")


def test_move_in_time_stops_the_clock_of_its_turn(ann: Caller, bo: Caller, key: LogKey, passes: Passes) -> None:
    o = begun(ann, bo, key)
    passes(TURN_MS - 1000)
    move(ann, key, o, 3)
    passes(TURN_MS - 1000)
    assert table(bo, key, o)["view"]["misses"] == [0, 0]


def test_table_to_which_nobody_comes_is_cleared(ann: Caller, key: LogKey, passes: Passes) -> None:
    o = made(ann, key)
    passes(OPEN_MS, away=True)
    assert table(ann, key, o)["result"] == {"winner": None, "reason": "nobody"}


def test_downtime_is_given_back_to_the_seat_in_turn(ann: Caller, bo: Caller, key: LogKey, passes: Passes) -> None:
    o = begun(ann, bo, key)
    passes(10_000)
    deadline = table(ann, key, o)["deadline"]
    passes(300_000, away=True)
    now = table(ann, key, o)
    assert (now["turn"], now["view"]["misses"]) == (0, [0, 0])
    assert deadline + 295_000 <= now["deadline"] <= deadline + 305_000
    assert last_event(key).kind == "match.clocked"
    assert Outage.objects.count() == 1
    passes(now["deadline"] - now_ms())
    assert table(ann, key, o)["view"]["misses"] == [1, 0]


def test_two_outages_in_one_turn_are_given_back_once_each(ann: Caller, bo: Caller, key: LogKey, passes: Passes) -> None:
    o = begun(ann, bo, key)
    before = table(ann, key, o)["deadline"]
    passes(100_000, away=True)
    passes(10_000)
    passes(100_000, away=True)
    assert before + 190_000 <= table(ann, key, o)["deadline"] <= before + 210_000
    assert Outage.objects.count() == 2


def test_downtime_before_the_turn_is_not_given_back(ann: Caller, bo: Caller, key: LogKey, passes: Passes) -> None:
    o = begun(ann, bo, key)
    passes(100_000, away=True)
    move(ann, key, o, 3)
    passes(TURN_MS)
    assert table(ann, key, o)["view"]["misses"] == [0, 1]


def test_pause_of_the_heartbeat_is_no_downtime(ann: Caller, bo: Caller, key: LogKey, passes: Passes) -> None:
    begun(ann, bo, key)
    passes(DOWNTIME_MS, away=True)
    assert Outage.objects.count() == 0


def test_heartbeat_is_single_and_goes_on_while_matches_run(
    ann: Caller, bo: Caller, cy: Caller, key: LogKey, passes: Passes
) -> None:
    assert Beat.objects.count() == 0
    o = begun(ann, bo, key)
    made(cy, key, bot="easy")
    assert Deadline.objects.filter(kind="game.beat").count() == 1
    passes(2 * BEAT_MS)
    assert now_ms() - Beat.objects.get().at < 2 * BEAT_MS
    Match.objects.update(state="over")
    passes(BEAT_MS + 1000)
    assert (Beat.objects.count(), Deadline.objects.filter(kind="game.beat").count()) == (0, 0)
    assert o


def test_bot_that_does_not_answer_is_asked_again(
    ann: Caller,
    key: LogKey,
    no_bots: list[tuple[LogKey, int]],
    passes: Passes,
    django_capture_on_commit_callbacks: object,
) -> None:
    o = made(ann, key, bot="easy")
    move(ann, key, o, 3)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        passes(NUDGE_MS)
    assert no_bots == [(key, o)]
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        passes(NUDGE_MS)
    assert no_bots == [(key, o)] * 2


def test_clocks_that_failed_are_looked_at_again_within_a_beat() -> None:
    """An hour without the beat would be an outage to every match."""
    assert {kind: deadlines.KINDS[kind].retry_ms for kind in ("game.beat", "game.clock")} == {
        "game.beat": BEAT_MS,
        "game.clock": BEAT_MS,
    }
