"""The startup banner: the addresses where people can open the server, and pages that apps add to it."""

import io
import ipaddress
from collections.abc import Callable, Iterable
from typing import Final

import segno
from django.conf import settings

ALL_INTERFACES = {"0", "0.0.0.0", "::"}  # noqa: S104 - compared, not listened on

BannerPages = Callable[[], Iterable[tuple[str, str]]]
"""A function that returns `(text, path)` of each page; called before the server listens, so that it may query."""
_page_sources: Final[list[BannerPages]] = []


def adds_banner_pages(function: BannerPages) -> BannerPages:
    """Register the function. An app calls this in `AppConfig.ready`."""
    _page_sources.append(function)
    return function


def banner_pages() -> list[tuple[str, str]]:
    return [page for source in _page_sources for page in source()]


def announce(write: Callable[[str], object], host: str, port: int, pages: Iterable[tuple[str, str]]) -> None:
    """Write the addresses of a server without a proxy; those for other machines also as a QR code."""
    here = address("127.0.0.1" if host in ALL_INTERFACES else host, port)
    others = [address(name, port) for name in public_names()] if host in ALL_INTERFACES else []
    write("Parlor is at " + " and ".join([here, *others]))
    for other in others:
        write(qr_code(other))
    for text, path in pages:
        write(f"{text} {(others or [here])[-1].rstrip('/')}{path}")


def announce_behind_proxy(write: Callable[[str], object], listening: str, pages: Iterable[tuple[str, str]]) -> None:
    """Write the address that the proxy gives to the server, and the address `listening` where the proxy finds it."""
    name = next(iter(public_names()), None)
    where = f"at https://{name}/" if name else "behind a proxy"
    write(f"Parlor is {where} and listens for the proxy on {listening}")
    for text, path in pages:
        write(f"{text} https://{name}{path}" if name else f"{text} {path} (a path of the public address)")


def address(host: str, port: int) -> str:
    return f"http://[{host.strip('[]')}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def public_url(path: str) -> str:
    """Return the whole address of a page, or the path alone where the proxy's name is not known."""
    name = next(iter(public_names()), None)
    if settings.HTTPS:
        return f"https://{name}{path}" if name else path
    return address(name or "127.0.0.1", settings.PORT).rstrip("/") + path


def public_names() -> list[str]:
    """Return the names that other machines can use: the server answers only to names in ALLOWED_HOSTS."""
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
