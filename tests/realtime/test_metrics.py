"""Counters, minutes and quantiles, at function speed."""

from random import Random
from typing import Any

import pytest

from realtime.metrics import BATCH_SIZES, MINUTES_KEPT, SAMPLES_PER_MINUTE, Metrics, quantiles
from realtime.types import ClientId, LogKey

HALL, YARD = LogKey("hall"), LogKey("yard")


def metrics() -> Metrics:
    return Metrics(0.0, Random(7))


def seconds(metrics: Metrics, first: int, last: int, lines: int = 0, **facts: Any) -> None:
    """Count so many messages in each second of a time."""
    for now in range(first + 1, last + 1):
        metrics.delivered(HALL, lines, lines * 10)
        metrics.every_second(float(now), **{"connections": 1, "queued": 0, "repaired": 0, **facts})


def test_current_rate_is_that_of_the_last_ten_seconds() -> None:
    each = metrics()
    seconds(each, 0, 30, lines=100)
    seconds(each, 30, 40, lines=2)
    told = each.values(40.0)
    assert (told["lines"], told["deliveries"]) == (2.0, 20.0)


def test_rate_of_a_young_process_is_divided_by_its_age() -> None:
    each = metrics()
    assert each.values(0.0)["lines"] == 0
    seconds(each, 0, 4, lines=3)
    assert each.values(4.0)["lines"] == 3.0


def test_metrics_keep_one_hour() -> None:
    each = metrics()
    seconds(each, 0, 60 * (MINUTES_KEPT + 5), lines=1)
    told = each.values(60.0 * (MINUTES_KEPT + 5))["minutes"]
    assert len(told) == MINUTES_KEPT + 1
    assert {minute["lines"] for minute in told[:-1]} == {1.0}
    assert told[0]["ago_s"] == 60 * MINUTES_KEPT


def test_minutes_include_the_current_one() -> None:
    each = metrics()
    seconds(each, 0, 70, lines=4)
    first, running = each.values(70.0)["minutes"]
    assert (first["ago_s"], running["ago_s"]) == (70, 10)
    assert (first["lines"], running["lines"]) == (4.0, 4.0)


def test_minute_has_its_maximum_of_connections_and_its_repairs() -> None:
    each = metrics()
    seconds(each, 0, 30, connections=7, queued=90, repaired=2)
    seconds(each, 30, 60, connections=3, queued=0, repaired=5)
    seconds(each, 60, 61, connections=3, queued=0, repaired=6)
    first, running = each.values(61.0)["minutes"]
    assert (first["connections"], first["queued"], first["repaired"]) == (7, 90, 5)
    assert (running["connections"], running["queued"], running["repaired"]) == (3, 0, 1)


def test_batches_are_counted_by_size() -> None:
    each = metrics()
    for size in (1, 1, 2, 3, 4, 255, 256, 10**6):
        each.batch(size, None, 0.0)
    told = each.values(0.0)["batches"]
    assert (told["count"], told["writes"]) == (8, 522 + 10**6)
    assert told["sizes"][:3] == [2, 2, 1]
    assert (told["sizes"][7], told["sizes"][8], told["sizes"][BATCH_SIZES - 1]) == (1, 1, 1)


def test_request_that_waited_longest_is_timed_once() -> None:
    each = metrics()
    assert each.sampled(None) is None
    each.batch(2, ClientId("first"), 1.5)
    assert each.sampled(ClientId("second")) is None
    assert each.sampled(None) is None, "what an admin's page has committed is no answer to it"
    assert each.sampled(ClientId("first")) == 1.5
    assert each.sampled(ClientId("first")) is None
    each.batch(1, ClientId("refused"), 2.0)
    each.batch(1, None, 3.0)
    assert each.sampled(ClientId("refused")) is None


def test_quantiles_are_those_of_the_observed_times() -> None:
    assert quantiles([]) == {"p50": None, "p95": None, "p99": None}
    assert quantiles([3.0]) == {"p50": 3.0, "p95": 3.0, "p99": 3.0}
    assert quantiles([float(n) for n in range(100)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}


def test_times_cover_this_minute_and_the_one_before() -> None:
    each = metrics()
    each.observe(0.9)
    seconds(each, 0, 60)
    each.observe(0.001)
    assert each.values(60.0)["path"] == {"p50": 900.0, "p95": 900.0, "p99": 900.0, "samples": 2}
    seconds(each, 60, 120)
    assert each.values(120.0)["path"] == {"p50": 1.0, "p95": 1.0, "p99": 1.0, "samples": 1}
    seconds(each, 120, 180)
    assert each.values(180.0)["path"]["samples"] == 0
    assert [minute["p50"] for minute in each.values(180.0)["minutes"]] == [900.0, 1.0, None, None]


def test_sample_is_bounded_and_fair() -> None:
    each = metrics()
    for n in range(SAMPLES_PER_MINUTE * 20):
        each.observe(n / 1000)
    path = each.values(1.0)["path"]
    assert path["samples"] == SAMPLES_PER_MINUTE
    assert path["p50"] == pytest.approx(SAMPLES_PER_MINUTE * 10, rel=0.1), "neither the first nor the last are favoured"


def test_rooms_are_ranked_by_messages_a_minute_and_fade() -> None:
    each = metrics()
    each.delivered(HALL, 30, 0)
    each.delivered(YARD, 10, 0)
    assert each.busiest(0.0, 5) == [(HALL, 30.0), (YARD, 10.0)]
    seconds(each, 0, 60)
    each.delivered(YARD, 20, 0)
    assert each.busiest(90.0, 5) == [(YARD, 25.0), (HALL, 15.0)]
    assert each.busiest(90.0, 1) == [(YARD, 25.0)]
    seconds(each, 60, 180)
    assert [lines for _, lines in each.busiest(180.0, 5)] == [0.0], "a quiet room is forgotten with its minute"
