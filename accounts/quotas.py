"""Quotas: how much one person, address and network may create in a day. Pure; `accounts.services.quotas` counts uses.

A key of `settings.QUOTAS` overrides the default of the same name; 0 means no limit.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, Literal, NamedTuple

import msgspec

from realtime.limits import overridden

Kind = Literal["guests", "rooms", "groups", "invites", "reports", "matches", "uploads"]

DAY_MS: Final = 24 * 60 * 60 * 1000
BURST_MS: Final = 10 * 60 * 1000


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """All quotas and their defaults.

    `guest` and `account` limit what one person creates in a day. `address` (IPv6: a /64) and `network` (a /24, IPv6: a
    /48) limit what all people create who first came from there within the last day. `guests` are new people, sign-ups
    included; they are also limited per ten minutes (`burst`), there and over the whole site.
    """

    guests_address_burst: int = 60
    guests_address: int = 400
    guests_network_burst: int = 240
    guests_network: int = 1600
    guests_site_burst: int = 2000
    rooms_guest: int = 5
    rooms_account: int = 20
    rooms_address: int = 40
    rooms_network: int = 100
    groups_guest: int = 10
    groups_account: int = 40
    groups_address: int = 80
    groups_network: int = 200
    invites_guest: int = 20
    invites_account: int = 100
    invites_address: int = 200
    invites_network: int = 500
    reports_guest: int = 20
    reports_account: int = 100
    reports_address: int = 100
    reports_network: int = 300
    matches_guest: int = 100
    matches_account: int = 300
    matches_address: int = 600
    matches_network: int = 2000
    uploads_guest: int = 1000
    uploads_account: int = 5000
    uploads_address: int = 5000
    uploads_network: int = 20000


def quotas_of(overrides: dict[str, Any]) -> Quotas:
    """Return `Quotas` with the site's overrides. Raise `msgspec.ValidationError` for an unknown name or wrong type."""
    return overridden(Quotas, overrides, "QUOTAS")


class Place(NamedTuple):
    """The address and the network of a person, for quotas. Empty texts are not counted."""

    address: str
    network: str


NOWHERE: Final = Place("", "")


def place_of(text: str) -> Place:
    """Return the place of an IP address, IPv4-mapped IPv6 included, or `NOWHERE` for any other text."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return NOWHERE
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    lengths = (64, 48) if found.version == 6 else (32, 24)
    return Place(*(str(ip_network((int(found), length), strict=False)) for length in lengths))


def is_private(place: Place) -> bool:
    """Return whether the address is not a public one: most often it is of a proxy or a container network."""
    return bool(place.address) and not ip_network(place.address).is_global
