"""Tests of medians and quantiles."""

from typing import Any

import pytest

from bench.figures import counted, median, middle, quantile


def test_median_is_the_middle_or_between_the_two_in_the_middle() -> None:
    assert median([5, 1, 3]) == 3
    assert median([4, 1, 3, 2]) == 2.5
    with pytest.raises(ValueError, match="no values"):
        median([])


@pytest.mark.parametrize(("q", "value"), [(0, 1), (0.5, 50), (0.99, 99), (0.991, 100), (1, 100)])
def test_quantile_is_one_of_the_values(q: float, value: int) -> None:
    assert quantile(range(1, 101), q) == value


def test_failed_and_void_runs_do_not_count() -> None:
    runs: list[dict[str, Any]] = [
        {"p": 3},
        {"p": 1000, "void": True},
        {"error": "no"},
        {"p": 1, "void": False},
        {"p": 8},
    ]
    assert len(counted(runs)) == 3
    assert middle(runs, "p") == (3, 1, 8)
    assert middle(runs, "q") is None
    assert middle([{"p": 1, "void": True}], "p") is None
