"""The limits of the real-time path, which `settings.REALTIME` overrides, and the token bucket that rates use."""

from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Every limit of the real-time path. A key of `settings.REALTIME` overrides the default of the same name."""

    rate: float = 10
    """Requests a second, per connection and per user."""
    burst: float = 60
    signal_rate: float = 20
    """Notifications a second: typing, read marks, and answers to our pings."""
    address_rate: float = 100
    """Requests a second of all connections of one public address; 0 is no limit."""
    address_burst: float = 1000
    cpu_rate: float = 0.05
    """CPU seconds a second that rendering one user's texts may take."""
    cpu_burst: float = 1
    """CPU seconds at once."""
    refusals: int = 300
    """Requests over the rate in a minute before the connection is closed with 4029."""
    frame_bytes: int = 64 * 1024
    waiting: int = 16
    """Unanswered durable requests of one connection."""
    queue: int = 4096
    """Durable requests waiting for the writer."""
    batch: int = 256
    """Durable requests in one transaction."""
    answer_s: float = 5
    """Seconds for which a request waits for the database before it fails with 503."""
    rooms_open: int = 4
    user_connections: int = 20
    address_connections: int = 200
    """Connections of one public address; 0 is no limit. A household, a school or an office shares one address."""
    replay: int = 1000
    """Events that a resume replays; a client further behind gets a snapshot."""
    ring: int = 256
    lagging_bytes: int = 256 * 1024
    slow_s: float = 15
    """Seconds without progress after which a slow consumer is closed with 4107."""
    hello_s: float = 10
    ping_s: float = 20
    silent_s: float = 45
    sweep_s: float = 2
    presence_s: float = 10
    """Seconds between lists of the users of this process; other processes forget them after 2.5 times this silence."""
    drain_s: float = 12
    """Seconds that connections have to close when the server stops."""


def limits_of(overrides: dict[str, Any]) -> Limits:
    """Return `Limits` with the project's overrides."""
    return overridden(Limits, overrides, "REALTIME")


def overridden(defaults: type[S], overrides: dict[str, Any], setting: str) -> S:
    """Return the struct with the overrides of a setting; an unknown name or a wrong type is a `ValidationError`."""
    unknown = set(overrides) - set(defaults.__struct_fields__)
    if unknown:
        raise msgspec.ValidationError(f"{setting} has no {', '.join(sorted(unknown))}")
    return msgspec.convert(overrides, defaults, strict=True)


class TokenBucket:
    """A token bucket: `rate` a second, at most `burst` at once. Times are monotonic seconds."""

    __slots__ = ("_burst", "_rate", "_tokens", "_when")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst, self._tokens, self._when = rate, burst, burst, now

    def take(self, now: float, cost: int = 1) -> int:
        """Take `cost` tokens and return 0, or return the milliseconds to wait. A full bucket is always enough."""
        wanted = min(cost, self._burst)
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate)
        self._when = now
        if self._tokens >= wanted:
            self._tokens -= wanted
            return 0
        return max(1, round((wanted - self._tokens) / self._rate * 1000))

    def spend(self, now: float, cost: float) -> None:
        """Take tokens for work already done, also more than there are. `take` gives none until they are made up."""
        self._tokens = min(self._burst, self._tokens + (now - self._when) * self._rate) - cost
        self._when = now

    def idle(self, now: float) -> float:
        """Return the seconds since the last call of `take` or `spend`."""
        return now - self._when
