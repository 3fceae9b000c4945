"""Reads the client's address from `X-Forwarded-For` of trusted proxies. Text of the client itself is left of that."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

HEADER: Final = b"x-forwarded-for"
Network = IPv4Network | IPv6Network


class ForwardedMiddleware:
    """ASGI middleware: sets `scope["client"]` to the address that the outermost trusted proxy has seen.

    `trusted` is the number of proxies that append to the header, or their addresses and networks. By default no proxy
    is trusted and the header is ignored.
    """

    def __init__(self, application: Any, trusted: Sequence[str]) -> None:
        self._application = application
        self._hops = int(trusted[0]) if len(trusted) == 1 and trusted[0].isdigit() else 0
        self._networks = [] if self._hops or list(trusted) == ["0"] else [ip_network(text) for text in trusted]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if (self._hops or self._networks) and (client := self._client(scope)):
            scope = {**scope, "client": (client, 0)}  # the server keeps using its own scope
        await self._application(scope, receive, send)

    def _client(self, scope: Any) -> str | None:
        """Return None if the header is missing, too short, or has no address in the place."""
        lines = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == HEADER]
        addresses = [_address(text) for text in ",".join(lines).split(",")] if lines else []
        return self._by_hops(addresses) if self._hops else self._by_network(scope, addresses)

    def _by_hops(self, addresses: list[str | None]) -> str | None:
        return addresses[-self._hops] if len(addresses) >= self._hops else None

    def _by_network(self, scope: Any, addresses: list[str | None]) -> str | None:
        """Return the first address from the right that no trusted proxy has.

        A connection over a Unix socket has no address and is trusted.
        """
        client = str((scope.get("client") or [""])[0])
        while addresses and (not client or self._is_trusted(client)):
            addresses, before = addresses[:-1], addresses[-1]
            if before is None:
                return None
            client = before
        return client or None

    def _is_trusted(self, text: str) -> bool:
        address = ip_address(text)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _address(text: str) -> str | None:
    """Parse the forms that proxies write: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
