"""Tests of fetching against a hostile site. The code is the real one; only the resolver and the network are given."""

import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import pytest

from previews import fetching
from previews.fetching import MAX_BYTES, Fetched, NotFetched, fetch
from previews.network import Policy
from tests.previews.site import PAGE, Site, answer, packed, redirect
from tests.services.authority import certificate

pytestmark = pytest.mark.attack
PUBLIC = "93.184.215.14"
SITE = ip_network("127.0.0.1/32")


def fetched(url: str, policy: Policy) -> Fetched:
    return fetch(url, policy, agent="Tests/1", kinds=("text/html",))


def refused(url: str, policy: Policy) -> str:
    with pytest.raises(NotFetched) as raised:
        fetched(url, policy)
    return str(raised.value)


def strict(site: Site, resolve: object = None) -> Policy:
    """Return a policy that allows public addresses only, with the port of the site, to show what refuses it."""
    return Policy(ports=[site.port], **({"resolve": resolve} if resolve else {}))  # type: ignore[arg-type]


def test_page_is_fetched_with_the_name_in_host_and_an_honest_agent(site: Site, policy: Policy) -> None:
    found = fetched(f"http://site.test:{site.port}/#part", policy)
    assert (found.body, found.kind, found.whole) == (PAGE, "text/html", True)
    [request] = site.requests
    assert f"Host: site.test:{site.port}\r\n" in request
    assert "User-Agent: Tests/1\r\n" in request
    assert "cookie" not in request.lower()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]"]
)
def test_own_machine_is_refused_however_it_is_written(host: str, site: Site) -> None:
    assert refused(f"http://{host}:{site.port}/", strict(site)).startswith(("Forbidden", "ConnectError"))
    assert site.requests == []


def test_name_with_one_private_address_is_refused(site: Site) -> None:
    assert "not public" in refused(f"http://x.test:{site.port}/", strict(site, lambda *_: [PUBLIC, "10.0.0.1"]))


def test_name_is_resolved_once_so_rebinding_leads_nowhere(site: Site, policy: Policy) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    assert fetched(f"http://x.test:{site.port}/", replace(policy, resolve=resolve)).body == PAGE
    assert asked == ["x.test"]


def test_name_that_is_private_at_the_second_step_is_refused(site: Site, policy: Policy) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.pages["/"] = redirect(f"http://x.test:{site.port}/again")
    assert "10.0.0.1" in refused(f"http://x.test:{site.port}/", replace(policy, resolve=lambda *_: next(answers)))
    assert len(site.requests) == 1


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/"])
def test_redirect_to_a_private_address_is_refused(target: str, site: Site) -> None:
    policy = Policy(ports=[80, site.port], networks=[SITE], resolve=lambda host, port: [host])
    site.pages["/"] = redirect(target)
    assert "not public" in refused(f"{site.url}/", policy)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://x.test/", "gopher://x.test/", "//:80/", "http://"])
def test_redirect_to_another_scheme_is_refused(target: str, site: Site, policy: Policy) -> None:
    site.pages["/"] = redirect(target)
    refused(f"{site.url}/", policy)


def test_three_redirects_are_followed_and_no_more(site: Site, policy: Policy) -> None:
    site.pages |= {"/1": redirect("/2"), "/2": redirect("/3"), "/3": redirect("/")}
    assert fetched(f"{site.url}/1", policy).url == f"{site.url}/"
    site.pages["/0"] = redirect("/1")
    assert refused(f"{site.url}/0", policy) == "too many redirects"


def test_redirect_keeps_no_cookie(site: Site, policy: Policy) -> None:
    site.pages["/1"] = answer(b"", "Location: /", "Set-Cookie: a=b", status="302 Found")
    fetched(f"{site.url}/1", policy)
    assert "cookie" not in "".join(site.requests).lower()


def test_other_ports_are_refused(site: Site, policy: Policy) -> None:
    assert "port" in refused(f"{site.url}/", replace(policy, ports=[80, 443]))


@pytest.mark.parametrize("url", ["http://me:secret@site.test/", "javascript:alert(1)", "http://a.test/" + "x" * 3000])
def test_address_of_another_form_is_refused(url: str, policy: Policy) -> None:
    assert "Forbidden" in refused(url, replace(policy, ports=[80]))


def test_proxy_of_the_environment_is_not_used(site: Site, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetched(f"{site.url}/", policy).body == PAGE


def test_endless_body_is_cut(site: Site, policy: Policy) -> None:
    def drown(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
        while True:
            connection.sendall(b"x" * 65536)

    site.pages["/"] = drown
    found = fetched(f"{site.url}/", policy)
    assert (len(found.body), found.whole) == (MAX_BYTES, False)


def test_bomb_is_unpacked_to_the_limit_only(site: Site, policy: Policy) -> None:
    site.pages["/"] = packed(PAGE + b"\0" * 200 * 1024 * 1024)
    found = fetched(f"{site.url}/", policy)
    assert (len(found.body), found.whole) == (MAX_BYTES, False)


def test_packed_page_is_unpacked(site: Site, policy: Policy) -> None:
    site.pages["/"] = packed(PAGE)
    assert fetched(f"{site.url}/", policy).body == PAGE


@pytest.mark.parametrize("headers", [["Content-Encoding: br"], ["Content-Encoding: gzip, gzip"]])
def test_other_encoding_is_refused(headers: list[str], site: Site, policy: Policy) -> None:
    site.pages["/"] = answer(PAGE, *headers)
    assert "encoding" in refused(f"{site.url}/", policy)


def test_damaged_body_is_refused(site: Site, policy: Policy) -> None:
    site.pages["/"] = answer(b"no gzip", "Content-Encoding: gzip")
    refused(f"{site.url}/", policy)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b""])
def test_slow_drip_ends_with_the_time(head: bytes, site: Site, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.3)
    ended = Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        while not ended.wait(0.05):
            connection.sendall(b"X")

    site.pages["/"] = drip
    assert "Timeout" in refused(f"{site.url}/", policy)
    ended.set()


def test_resolver_that_hangs_ends_with_the_time(site: Site, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.2)
    hung = Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        hung.wait(60)
        return []

    assert "Timeout" in refused(f"{site.url}/", replace(policy, resolve=resolve))
    hung.set()


def test_head_without_end_is_refused(site: Site, policy: Policy) -> None:
    def drown(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-More: " + b"x" * 8000 + b"\r\n")

    site.pages["/"] = drown
    refused(f"{site.url}/", policy)


@pytest.mark.parametrize("kind", ["image/svg+xml", "application/pdf", "text/plain", ""])
def test_other_type_is_refused(kind: str, site: Site, policy: Policy) -> None:
    site.pages["/"] = answer(PAGE, kind=kind)
    assert "type" in refused(f"{site.url}/", policy)


def test_tls_uses_the_name_and_checks_it(tmp_path: Path) -> None:
    made = certificate("site.test", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.chain, made.key)
    names: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                try:
                    with server.wrap_socket(listener.accept()[0], server_side=True) as connection:
                        connection.recv(4096)
                        connection.sendall(answer(PAGE))
                except OSError:
                    continue

        Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        tls = ssl.create_default_context(cafile=str(made.authority))
        policy = Policy(ports=[port], networks=[SITE], resolve=lambda *_: ["127.0.0.1"], tls=tls)
        assert fetched(f"https://site.test:{port}/", policy).body == PAGE
        assert "certificate" in refused(f"https://other.test:{port}/", policy)
    assert names == ["site.test", "other.test"]


def test_fetch_waits_for_no_other_time_than_its_own() -> None:
    began = time.monotonic()
    refused("http://x.test/", Policy(resolve=lambda *_: []))
    assert time.monotonic() - began < fetching.TIMEOUT_S
