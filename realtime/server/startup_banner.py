"""Where the server can be reached, said so that it can be opened."""

import io
import ipaddress
from collections.abc import Callable, Iterable

import segno
from django.conf import settings

EVERYWHERE = {"0", "0.0.0.0", "::"}  # noqa: S104 - compared, not listened on


def announce(write: Callable[[str], object], host: str, port: int, pages: Iterable[tuple[str, str]]) -> None:
    """The addresses of a server that people ask themselves; those for others also as a QR code."""
    here = address("127.0.0.1" if host in EVERYWHERE else host, port)
    others = [address(name, port) for name in other_names()] if host in EVERYWHERE else []
    write("Parlor is at " + " and ".join([here, *others]))
    for other in others:
        write(qr_code(other))
    for words, path in pages:
        write(f"{words} {(others or [here])[-1].rstrip('/')}{path}")


def announce_behind_proxy(write: Callable[[str], object], listening: str, pages: Iterable[tuple[str, str]]) -> None:
    """The address that a proxy gives to a server which listens elsewhere, at `listening`."""
    name = next(iter(other_names()), None)
    where = f"at https://{name}/" if name else "behind a proxy"
    write(f"Parlor is {where} and listens for the proxy on {listening}")
    for words, path in pages:
        write(f"{words} https://{name}{path}" if name else f"{words} {path} (a path of the public address)")


def address(host: str, port: int) -> str:
    return f"http://[{host.strip('[]')}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def public(path: str) -> str:
    """Return the whole address of a page, or the path alone where a proxy's name is not known."""
    name = next(iter(other_names()), None)
    if settings.HTTPS:
        return f"https://{name}{path}" if name else path
    return address(name or "127.0.0.1", settings.PORT).rstrip("/") + path


def other_names() -> list[str]:
    """Only a name in ALLOWED_HOSTS is answered, so these are the addresses for others."""
    return [name for name in settings.ALLOWED_HOSTS if not name.startswith((".", "*")) and not is_local(name)]


def is_local(name: str) -> bool:
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost"


def qr_code(text: str) -> str:
    picture = io.StringIO()
    segno.make(text, error="l").terminal(picture, compact=True)
    return picture.getvalue()
