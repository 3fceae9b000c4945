"""Find the address to listen on, and the addresses for other machines. The settings import this: no Django here."""

import argparse
import ipaddress
import os
import re
import socket
from collections.abc import Iterable, Sequence

ADDRESS = re.compile(r"(?:(?P<host>.+):)?(?P<port>\d{2,5})")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_everywhere(host: str) -> bool:
    return host in {"0", "0.0.0.0", "::", "[::]"}  # noqa: S104 - compared, not listened on


def lan_address(family: socket.AddressFamily = socket.AF_INET) -> str | None:
    """Return the address of this machine in its network, or None. Connecting a datagram socket sends nothing."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(("2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1", 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def outward(host: str) -> list[str]:
    """Return the addresses under which other machines reach this host; none for a loopback address."""
    if is_everywhere(host):
        families = (socket.AF_INET6, socket.AF_INET) if ":" in host else (socket.AF_INET,)
        return [address for family in families if (address := lan_address(family))]
    return [] if is_loopback(host) else [host]


def allowed_hosts(host: str) -> list[str]:
    """Return the default of ALLOWED_HOSTS, with IPv6 addresses in brackets."""
    return ["localhost", "127.0.0.1", "[::1]", *map(bracketed, outward(host))]


def bracketed(host: str) -> str:
    return f"[{host.strip('[]')}]" if ":" in host else host


def tell_settings(arguments: Sequence[str]) -> None:
    """Set HOST and PORT from the arguments of `runserver`: cookie names and allowed hosts depend on them.

    On a loopback address DEBUG is on by default. It shows settings and source code to everybody who causes an error.
    """
    if address := _address(arguments):
        os.environ["HOST"] = address["host"] or "127.0.0.1"
        os.environ["PORT"] = address["port"]
    if is_loopback(os.environ.get("HOST") or "127.0.0.1"):
        os.environ.setdefault("DEBUG", "true")


def tell_settings_of_serve(arguments: Sequence[str]) -> None:
    """Set HOST and PORT from the options of `serve`, which are daphne's. DEBUG is not changed."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-b", "--bind")
    parser.add_argument("-p", "--port")
    given, _ = parser.parse_known_args(arguments)
    values = {"HOST": given.bind, "PORT": given.port}
    os.environ |= {name: value for name, value in values.items() if value}


def _address(arguments: Iterable[str]) -> re.Match[str] | None:
    return next(filter(None, map(ADDRESS.fullmatch, arguments)), None)
