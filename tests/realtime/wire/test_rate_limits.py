"""Tests of token buckets, violations, addresses, and the dict of limits."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.apps import limits_check
from realtime.limits import Limits, TokenBucket, limits_of
from realtime.wire.rate_limits import AddressLimiter, Violations, network_of


@given(st.lists(st.floats(0, 2), max_size=300))
def test_no_pattern_gets_more_than_burst_and_rate(gaps: list[float]) -> None:
    bucket, now, taken = TokenBucket(10, 60, 0), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now) == 0
    assert taken <= 60 + 10 * now + 1


def test_returned_wait_is_enough() -> None:
    bucket = TokenBucket(10, 1, 0)
    assert bucket.take(0) == 0
    wait = bucket.take(0)
    assert bucket.take(wait / 1000) == 0


def test_expensive_request_takes_more_tokens_and_is_always_possible() -> None:
    bucket = TokenBucket(10, 60, 0)
    assert [bucket.take(0, 8) for _ in range(8)] == [0] * 7 + [400]
    assert bucket.take(0, 4) == 0
    assert TokenBucket(10, 5, 0).take(0, 8) == 0


def test_violations_expire() -> None:
    violations = Violations(60)
    assert [violations.add(when) for when in (0, 30, 61, 200)] == [1, 2, 2, 1]


def test_limit_can_be_overridden_and_unknown_name_is_an_error() -> None:
    assert limits_of({"rate": 1000}).rate == 1000
    assert limits_of({}) == Limits()
    with pytest.raises(msgspec.ValidationError, match="no ratte"):
        limits_of({"ratte": 1})


@pytest.mark.parametrize("wrong", [{"ratte": 1}, {"rate": "fast"}])
def test_wrong_limit_is_reported_by_a_check(settings: Any, wrong: dict[str, Any]) -> None:
    assert limits_check() == []
    settings.REALTIME = wrong
    assert [error.id for error in limits_check()] == ["realtime.E001"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.8.8", "8.8.8.8/32"),
        ("::ffff:8.8.8.8", "8.8.8.8/32"),
        ("2606:4700:1:2:3:4:5:6", "2606:4700:1:2::/64"),
        ("2606:4700:1:2:ffff::1", "2606:4700:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("10.1.2.3", None),
        ("172.16.0.1", None),
        ("192.168.1.2", None),
        ("::ffff:192.168.1.2", None),
        ("169.254.1.1", None),
        ("100.64.0.1", None),
        ("fd00::1", None),
        ("fe80::1%eth0", None),
        ("", None),
        ("localhost", None),
    ],
)
def test_public_addresses_are_counted_and_ipv6_by_the_network_of_a_customer(address: str, network: str | None) -> None:
    assert network_of(address) == network


def test_network_has_bounded_connections_and_may_replace_those_that_left() -> None:
    addresses = AddressLimiter(2)
    assert [addresses.enter(network) for network in ("a", "a", "a", "b", None, None, None)] == [
        *(True, True, False),
        *(True, True, True, True),
    ]
    addresses.leave("a")
    addresses.leave(None)
    assert [addresses.enter("a") for _ in range(2)] == [True, False]


def test_network_that_has_left_is_forgotten() -> None:
    addresses = AddressLimiter(1)
    addresses.enter("a")
    addresses.leave("a")
    assert len(addresses) == 0


def test_zero_is_no_limit() -> None:
    addresses = AddressLimiter(0)
    assert all(addresses.enter("a") for _ in range(1000))


def test_bucket_spent_below_zero_waits_until_it_is_paid_back() -> None:
    bucket = TokenBucket(0.05, 1, 0)
    bucket.spend(0, 1.5)
    assert bucket.take(0, 0) == 10_000
    assert bucket.take(5, 0) == 5_000
    assert bucket.take(10, 0) == 0
    bucket.spend(1000, 0.25)
    assert bucket.take(1000, 0) == 0
