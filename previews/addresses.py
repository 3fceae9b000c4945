"""Tell which internet addresses a preview may reach: public ones only. Pure.

Python's `is_global` is not enough: it knows nothing of an IPv4 address inside an IPv6 one, and cloud providers answer
with secrets on some addresses that are public by their number.
"""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Network = IPv4Network | IPv6Network

GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
NAT64: Final = IPv6Network("64:ff9b::/96")
"""Networks without IPv4 reach it through these addresses (RFC 6052). The last 32 bits are the IPv4 address."""
NEVER: Final[tuple[Network, ...]] = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocols, and the metadata of Oracle
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # the metadata of Azure
            "2001::/23",  # Teredo and other protocols, RFC 2928
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)


def is_reachable(address: str, allowed: Collection[Network] = ()) -> bool:
    """Return whether a preview may connect to this address. `allowed` are networks of the site's own choice."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    found = _inner(found)
    return any(found in network for network in allowed) or _is_public(found)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that a mapped or NAT64 address leads to, or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address not in GLOBAL_UNICAST or address.scope_id):
        return False
    special = address.is_multicast or address.is_reserved or not address.is_global
    return not special and not any(address in network for network in NEVER)
