"""Buckets, strikes, and the one dict of limits."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.apps import limits_check
from realtime.limits import Bucket, Limits, Strikes, limits_of


@given(st.lists(st.floats(0, 2), max_size=300))
def test_no_pattern_gets_more_than_burst_and_rate(gaps: list[float]) -> None:
    bucket, now, taken = Bucket(10, 60, 0), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now) == 0
    assert taken <= 60 + 10 * now + 1


def test_the_wait_is_enough() -> None:
    bucket = Bucket(10, 1, 0)
    assert bucket.take(0) == 0
    wait = bucket.take(0)
    assert bucket.take(wait / 1000) == 0


def test_strikes_age() -> None:
    strikes = Strikes(60)
    assert [strikes.add(when) for when in (0, 30, 61, 200)] == [1, 2, 2, 1]


def test_a_limit_can_be_overridden_and_a_typing_error_is_told() -> None:
    assert limits_of({"rate": 1000}).rate == 1000
    assert limits_of({}) == Limits()
    with pytest.raises(msgspec.ValidationError, match="no ratte"):
        limits_of({"ratte": 1})


@pytest.mark.parametrize("wrong", [{"ratte": 1}, {"rate": "fast"}])
def test_a_wrong_limit_is_told_before_anything_starts(settings: Any, wrong: dict[str, Any]) -> None:
    assert limits_check() == []
    settings.REALTIME = wrong
    assert [error.id for error in limits_check()] == ["realtime.E001"]
