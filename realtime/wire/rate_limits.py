"""Violations, and connections by address. Pure; times are monotonic seconds."""

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

VIOLATIONS_S: Final = 600
"""the window in which the third close of a kind is final"""


class Violations:
    """How often something happened within a window of `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, seconds: float) -> None:
        self._seconds, self._times = seconds, list[float]()

    def add(self, now: float) -> int:
        """Count one more and tell how many are in the window."""
        self._times = [when for when in self._times if when > now - self._seconds]
        self._times.append(now)
        return len(self._times)


class AddressLimiter:
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
