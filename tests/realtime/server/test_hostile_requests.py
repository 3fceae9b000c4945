"""A server in a process of its own, and sockets that do what no browser would."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.realtime.server.raw import KEY, VERSION, handshake
from tests.realtime.server.raw import UPGRADE as WEBSOCKET
from tests.services.parlor import Parlor

pytestmark = pytest.mark.attack

UPGRADE = [*WEBSOCKET, VERSION, KEY]


@pytest.fixture(scope="module")
def parlor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    folder: Path = tmp_path_factory.mktemp("attacked")
    with Parlor(folder, DATABASE_URL=f"sqlite:///{folder / 'parlor.sqlite3'}") as server:
        yield server


def status(parlor: Parlor, *lines: str, path: str = "/ws/", body: bytes = b"", method: str = "GET") -> int:
    """Return the status of a request with these lines, or 0 if the server closed without one."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1")
    with socket.create_connection(("127.0.0.1", parlor.port), timeout=20) as line:
        with contextlib.suppress(OSError):  # an early refusal: what it says can still be read
            line.sendall(head + body)
        try:
            first = line.makefile("rb").readline()
        except OSError:
            return 0
    return int(first.split()[1]) if first else 0


def upgrade(parlor: Parlor, *lines: str, path: str = "/ws/", host: str | None = None) -> int:
    return status(parlor, f"Host: {host or f'127.0.0.1:{parlor.port}'}", *UPGRADE, *lines, path=path)


def test_origin_of_the_site_is_accepted(parlor: Parlor) -> None:
    assert upgrade(parlor, f"Origin: {parlor.url}") == 101


@pytest.mark.parametrize(
    "origin",
    [
        "null", "http://evil.example", "{url}.evil.example", "http://evil@127.0.0.1:{port}", "https://127.0.0.1:{port}",
        "http://127.0.0.1:1", "http://127.0.0.1", "http://localhost:{port}", "{url}/", "{url}/x", "http://[", "file://",
        "{url}, {url}", "{url}\x0b", "javascript:alert(1)", "\xff\xfe", "",
    ],
)  # fmt: skip
def test_any_other_origin_is_refused(parlor: Parlor, origin: str) -> None:
    assert upgrade(parlor, f"Origin: {origin.format(url=parlor.url, port=parlor.port)}") in {400, 403}


def test_no_origin_and_two_are_refused(parlor: Parlor) -> None:
    assert upgrade(parlor) == 403
    assert "needs the header Origin" in handshake(parlor.port, *WEBSOCKET, VERSION, KEY, path="/ws/").body
    foreign = (*WEBSOCKET, VERSION, KEY, "Origin: https://elsewhere.example")
    assert "its Origin is not ours" in handshake(parlor.port, *foreign, path="/ws/").body
    assert upgrade(parlor, f"Origin: {parlor.url}", "Origin: http://evil.example") in {400, 403}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1@evil.example", "evil.example:{port}"])
def test_foreign_host_is_refused_with_its_own_origin(parlor: Parlor, host: str) -> None:
    named = host.format(port=parlor.port)
    assert upgrade(parlor, f"Origin: http://{named}", host=named) in {400, 403}
    assert status(parlor, f"Host: {named}", path="/") == 400


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X_Forwarded_Host", "Forwarded", "X-Original-Host"])
def test_forwarded_host_allows_no_origin(parlor: Parlor, header: str) -> None:
    assert upgrade(parlor, f"{header}: evil.example", "Origin: http://evil.example") == 403


@pytest.mark.parametrize("path", ["/ws", "/ws/x", "/nope/", "/", "/ws/%00", "/../ws/", "//ws/", "/ws/%ff"])
def test_websocket_at_another_path_is_refused_without_a_traceback(parlor: Parlor, path: str) -> None:
    assert upgrade(parlor, f"Origin: {parlor.url}", path=path) == 404
    assert "No route found" not in "".join(parlor.output)


def test_body_larger_than_any_form_is_refused(parlor: Parlor) -> None:
    """No form is larger than a few KiB, and a body is kept in memory or on disk."""
    size = 8 * 1024 * 1024
    kind = "Content-Type: multipart/form-data; boundary=b"
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\n'
    body = head + b"x" * (size - len(head) - 9) + b"\r\n--b--\r\n"
    host = f"Host: 127.0.0.1:{parlor.port}"
    assert status(parlor, host, kind, f"Content-Length: {size}", path="/nope", body=body, method="POST") in {
        0,
        400,
        413,
    }


def test_form_in_another_encoding_leaves_no_traceback(parlor: Parlor) -> None:
    kind = "Content-Type: application/x-www-form-urlencoded; charset=utf-7"
    host, cookie = f"Host: 127.0.0.1:{parlor.port}", f"Cookie: parlor_csrf_{parlor.port}={'a' * 32}"
    found = status(parlor, host, kind, cookie, "Content-Length: 6", path="/enter/", body=b"name=x", method="POST")
    assert found == 400


def test_address_or_header_text_cannot_add_a_log_line(parlor: Parlor) -> None:
    host = f"Host: 127.0.0.1:{parlor.port}"
    status(parlor, host, "User-Agent: \x1b[31m", path="/forged%0d%0aFORGED%1b[31m%e2%80%a8FORGED")
    upgrade(parlor, "Origin: http://evil.example/%0aFORGED")
    lines = "".join(parlor.output).splitlines()
    assert not [line for line in lines if line.startswith("FORGED") or "\x1b" in line]
