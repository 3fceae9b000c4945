"""Whose connection it is, behind proxies that are trusted. What a client writes into `X-Forwarded-For` stands left."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

HEADER: Final = b"x-forwarded-for"
Network = IPv4Network | IPv6Network


class Forwarded:
    """ASGI middleware: `scope["client"]` is whom the outermost trusted proxy has seen, for HTTP and WebSockets.

    `trusted` is how many proxies append to the header, or the addresses and networks that they have. None is trusted
    by default, and the header is ignored.
    """

    def __init__(self, application: Any, trusted: Sequence[str]) -> None:
        self._application = application
        self._hops = int(trusted[0]) if len(trusted) == 1 and trusted[0].isdigit() else 0
        self._networks = [] if self._hops or list(trusted) == ["0"] else [ip_network(each) for each in trusted]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if (self._hops or self._networks) and (client := self._client(scope)):
            scope = {**scope, "client": (client, 0)}  # the server still uses its own
        await self._application(scope, receive, send)

    def _client(self, scope: Any) -> str | None:
        """None where the header does not tell: it is not there, too short, or no address stands in the place."""
        lines = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == HEADER]
        told = [_address(each) for each in ",".join(lines).split(",")] if lines else []
        return self._by_place(told) if self._hops else self._by_address(scope, told)

    def _by_place(self, told: list[str | None]) -> str | None:
        return told[-self._hops] if len(told) >= self._hops else None

    def _by_address(self, scope: Any, told: list[str | None]) -> str | None:
        """From the right, the first who is none of ours. A connection over a Unix socket has no address and is."""
        seen = str((scope.get("client") or [""])[0])
        while told and (not seen or self._trusted(seen)):
            told, before = told[:-1], told[-1]
            if before is None:
                return None
            seen = before
        return seen or None

    def _trusted(self, text: str) -> bool:
        address = ip_address(text)
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def _address(text: str) -> str | None:
    """As proxies write it: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
