"""Limits that several connections share: those of one user, of one address, and hellos of all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, NamedTuple

from realtime.errors import unavailable
from realtime.limits import Limits, TokenBucket
from realtime.server import accept_throttle
from realtime.types import UserId
from realtime.wire.rate_limits import VIOLATIONS_S, AddressLimiter, Violations
from realtime.workers.preprocessing import CpuBudget, PreprocessPool

HELLOS_WAITING: Final = 16
"""The number of hellos under way from which on new connections wait in the kernel's queue."""
HELLOS_READING: Final = 2
"""Hellos that readers handle at a time. With more of them the loop and the writer wait for the interpreter."""


class UserLimits(NamedTuple):
    """Shared by all connections of a user to this process."""

    requests: TokenBucket
    violations: Violations
    cpu: CpuBudget


class HelloThrottle:
    """Bounds the hellos under way."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s, self._waiting = timeout_s, 0
        self._turns = asyncio.Semaphore(HELLOS_READING)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Accept no new connection while `HELLOS_WAITING` hellos are within this context."""
        self._waiting += 1
        try:
            if self._waiting == HELLOS_WAITING:
                accept_throttle.pause()
            yield
        finally:
            self._waiting -= 1
            if self._waiting == HELLOS_WAITING - 1:
                accept_throttle.resume()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn with the readers; raise 503 when none comes in time."""
        try:
            await asyncio.wait_for(self._turns.acquire(), self._timeout_s)
        except TimeoutError:
            raise unavailable("others before you have not been answered") from None
        try:
            yield
        finally:
            self._turns.release()


class SharedLimits:
    """Limits of users and addresses: made when they are first needed, evicted some time after the last use."""

    def __init__(self, limits: Limits, pool: PreprocessPool, now: Callable[[], float]) -> None:
        self._limits, self._pool, self._now = limits, pool, now
        self.hellos = HelloThrottle(limits.answer_s)
        self.addresses = AddressLimiter(limits.address_connections)
        self._users: dict[UserId, UserLimits] = {}
        self._address_requests: dict[str, TokenBucket] = {}

    def of_user(self, user: UserId) -> UserLimits:
        if user not in self._users:
            now, limits = self._now(), self._limits
            cpu = CpuBudget(self._pool, TokenBucket(limits.cpu_rate, limits.cpu_burst, now), self._now)
            self._users[user] = UserLimits(TokenBucket(limits.rate, limits.burst, now), Violations(VIOLATIONS_S), cpu)
        return self._users[user]

    def of_address(self, network: str | None) -> TokenBucket | None:
        """Return the request rate of a public address; None where there is no limit."""
        if network is None or not self._limits.address_rate:
            return None
        if network not in self._address_requests:
            bucket = TokenBucket(self._limits.address_rate, self._limits.address_burst, self._now())
            self._address_requests[network] = bucket
        return self._address_requests[network]

    def evict(self, is_connected: Callable[[UserId], object]) -> None:
        """Drop the limits of users and addresses that are not connected and were not used for `VIOLATIONS_S`."""
        now = self._now()
        for user, limits in list(self._users.items()):
            if limits.requests.idle(now) > VIOLATIONS_S and not is_connected(user):
                del self._users[user]
        for network, bucket in list(self._address_requests.items()):
            if bucket.idle(now) > VIOLATIONS_S and network not in self.addresses:
                del self._address_requests[network]
