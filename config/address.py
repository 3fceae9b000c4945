"""Where the server listens and where others find it. Imports no Django: settings need the answers first."""

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


def lan_address() -> str | None:
    """The address this machine uses towards others; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def outward(host: str) -> str | None:
    """What others must write to come in, or None where they cannot."""
    if is_everywhere(host):
        return lan_address()
    return None if is_loopback(host) else host


def allowed_hosts(host: str) -> list[str]:
    others = outward(host)
    return ["localhost", "127.0.0.1", "[::1]", *([others] if others else [])]


def tell_settings(arguments: Sequence[str]) -> None:
    """Put `runserver`'s address in the environment: cookie names and allowed hosts hang on it.

    DEBUG shows settings and source to whoever causes an error: by itself it is on only where nobody else can come in.
    """
    if found := _address(arguments):
        os.environ["HOST"] = found["host"] or "127.0.0.1"
        os.environ["PORT"] = found["port"]
    if is_loopback(os.environ.get("HOST", "127.0.0.1")):
        os.environ.setdefault("DEBUG", "true")


def tell_settings_of_serve(arguments: Sequence[str]) -> None:
    """The same for `serve`, whose options are daphne's. Others come in there: DEBUG is not its business."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-b", "--bind")
    parser.add_argument("-p", "--port")
    given, _ = parser.parse_known_args(arguments)
    told = {"HOST": given.bind, "PORT": given.port}
    os.environ |= {name: value for name, value in told.items() if value}


def _address(arguments: Iterable[str]) -> re.Match[str] | None:
    return next(filter(None, map(ADDRESS.fullmatch, arguments)), None)
