"""Violations, and connections by address. Pure; times are monotonic seconds."""

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

VIOLATIONS_S: Final = 600
"""The third close of a kind within this time is final."""


class Violations:
    """Counts how often something happened within a window of `seconds`."""

    __slots__ = ("_seconds", "_times")

    def __init__(self, seconds: float) -> None:
        self._seconds, self._times = seconds, list[float]()

    def add(self, now: float) -> int:
        """Count one more, and return how many are in the window."""
        self._times = [when for when in self._times if when > now - self._seconds]
        self._times.append(now)
        return len(self._times)


class AddressLimiter:
    """Counts the connections of each network. Private addresses, where `network_of` is None, are not counted."""

    def __init__(self, max_connections: int) -> None:
        self._max, self._connections = max_connections, Counter[str]()

    def __len__(self) -> int:
        return len(self._connections)

    def __contains__(self, network: str) -> bool:
        return network in self._connections

    def enter(self, network: str | None) -> bool:
        """Count a connection and return True, or return False when the network has as many as it may have."""
        if network is None:
            return True
        if self._max and self._connections[network] >= self._max:
            return False
        self._connections[network] += 1
        return True

    def leave(self, network: str | None) -> None:
        if network is not None:
            self._connections[network] -= 1
            if not self._connections[network]:
                del self._connections[network]


def network_of(address: str) -> str | None:
    """Return a public IPv4 address, or the /64 of an IPv6 address, which one customer has; None for a private one."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    return str(ip_network((int(found), 64 if found.version == 6 else 32), strict=False))
