"""Limits and their defaults: the one `REALTIME` dict, and token buckets. Values; the clock is an argument."""

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)

STRIKES_S: Final = 600
"""the window in which the third close of a kind is final"""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Every limit of the real-time path. A key of `settings.REALTIME` overrides the default of the same name."""

    rate: float = 10
    """requests a second, per connection and per user"""
    burst: float = 60
    signal_rate: float = 20
    """what nobody answers, a second: typing, read marks, and answers to our pings"""
    address_rate: float = 100
    """requests a second of all connections of one public address; 0 is no limit"""
    address_burst: float = 1000
    cpu_rate: float = 0.05
    """CPU seconds a second that rendering one user's texts may take"""
    cpu_burst: float = 1
    """CPU seconds at once"""
    refusals: int = 300
    """refusals for speed in a minute before the connection is closed with 4029"""
    frame_bytes: int = 64 * 1024
    waiting: int = 16
    """unanswered durable requests of one connection"""
    queue: int = 4096
    """durable requests waiting for the writer"""
    batch: int = 256
    """durable requests in one transaction"""
    answer_s: float = 5
    """seconds a request waits for the database before it is refused with 503"""
    rooms_open: int = 4
    user_connections: int = 20
    address_connections: int = 200
    """connections of one public address; 0 is no limit. A household, a school or an office has one"""
    replay: int = 1000
    """events a resume replays; further behind it is a snapshot"""
    ring: int = 256
    lagging_bytes: int = 256 * 1024
    slow_s: float = 15
    """time without progress after which a lagging connection ends with 4107"""
    hello_s: float = 10
    ping_s: float = 20
    silent_s: float = 45
    sweep_s: float = 2
    presence_s: float = 10
    """a full list of this process's people to the others; 2.5 times of it in silence and they are gone"""
    drain_s: float = 12
    """time that connections have to go when the server leaves"""


def limits_of(overrides: dict[str, Any]) -> Limits:
    """Return `Limits` with the project's overrides."""
    return overridden(Limits, overrides, "REALTIME")


def overridden(defaults: type[S], overrides: dict[str, Any], setting: str) -> S:
    """Return the struct with the overrides of a setting; an unknown name or a wrong type is a `ValidationError`."""
    unknown = set(overrides) - set(defaults.__struct_fields__)
    if unknown:
        raise msgspec.ValidationError(f"{setting} has no {', '.join(sorted(unknown))}")
    return msgspec.convert(overrides, defaults, strict=True)


class Bucket:
    """A token bucket: `rate` a second, at most `burst` at once."""

    __slots__ = ("_burst", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._tokens, self._when = rate, burst, burst, now

    def take(self, now: float, cost: int = 1) -> int:
        """0 when there were `cost` tokens (or it is full), else the milliseconds until there are."""
        wanted = min(cost, self._burst)
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens >= wanted:
            self._tokens -= wanted
            return 0
        return max(1, round((wanted - self._tokens) / self._rate * 1000))

    def spend(self, now: float, cost: float) -> None:
        """Take what has been used already, also more than there is: `take` waits until that is made up for."""
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate) - cost
        self._when = now

    def idle(self, now: float) -> float:
        """Seconds since it was last asked."""
        return now - self._when


class Strikes:
    """How often something happened within a window of `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, seconds: float) -> None:
        self._seconds, self._times = seconds, list[float]()

    def add(self, now: float) -> int:
        """Count one more and tell how many are in the window."""
        self._times = [when for when in self._times if when > now - self._seconds]
        self._times.append(now)
        return len(self._times)


class Addresses:
    """How many connections each network has. Who has none (see `network_of`) is not counted."""

    def __init__(self, most: int) -> None:
        self._most, self._connections = most, Counter[str]()

    def __len__(self) -> int:
        return len(self._connections)

    def __contains__(self, network: str) -> bool:
        return network in self._connections

    def enter(self, network: str | None) -> bool:
        """Count a connection, or say that there are enough."""
        if network is None:
            return True
        if self._most and self._connections[network] >= self._most:
            return False
        self._connections[network] += 1
        return True

    def leave(self, network: str | None) -> None:
        """A connection that entered has ended."""
        if network is not None:
            self._connections[network] -= 1
            if not self._connections[network]:
                del self._connections[network]


def network_of(address: str) -> str | None:
    """What is counted as one: a public IPv4 address, or the /64 that one customer has of IPv6; None where private."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    return str(ip_network((int(found), 64 if found.version == 6 else 32), strict=False))
