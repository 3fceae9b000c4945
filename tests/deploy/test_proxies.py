"""Tests of Caddy and nginx with the files of deploy/: what they pass on of the client, and what they hold back."""

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection
from typing import Any, NamedTuple

import pytest

from realtime.limits import Limits
from tests.deploy.conftest import HERE, connection_to, opened, started
from tests.realtime.server.conftest import closing as closing_of
from tests.realtime.server.served import Serve
from tests.services.proxies import DEPLOY, NAME, PROXIES, Proxy

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "Daphne-Root-Path": "/elsewhere",
}


@pytest.fixture(scope="module", params=sorted(PROXIES))
def proxy(request: pytest.FixtureRequest, upstream: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with started(request.param, upstream.port, tmp_path_factory.mktemp(request.param)) as proxy:
        yield proxy


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


def asked(proxy: Proxy, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    with closing(HTTPConnection(NAME, proxy.port)) as connection:
        connection.sock = proxy.trust.wrap_socket(connection_to(proxy), server_hostname=NAME)
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def assert_true_client(proxy: Proxy, facts: dict[str, Any]) -> None:
    headers = facts["headers"]
    assert facts["client"][0] == headers["x-forwarded-for"] == HERE
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == f"{NAME}:{proxy.port}"
    assert "x-forwarded-port" not in headers


def test_request_has_the_true_address_and_scheme(proxy: Proxy) -> None:
    facts = json.loads(asked(proxy, "/", FORGED).body)
    assert_true_client(proxy, facts)
    assert facts["root_path"] == ""


def test_websocket_has_the_true_address_and_scheme(proxy: Proxy) -> None:
    with opened(proxy, "/facts", FORGED) as websocket:
        assert_true_client(proxy, json.loads(websocket.recv(timeout=60)))


def test_frames_pass_both_ways_and_close_keeps_its_code(proxy: Proxy) -> None:
    with opened(proxy, "/echo") as websocket:
        for text in ("", "x" * 200_000):
            websocket.send(text)
            assert websocket.recv(timeout=60) == text
    with opened(proxy, "/close?code=4103&reason=draining") as websocket:
        assert closing_of(websocket) == (4103, "draining")


def test_proxy_serves_collected_files_and_passes_on_the_rest(proxy: Proxy) -> None:
    answer = asked(proxy, "/static/12345678/main.js")
    assert answer.body == b"// collected"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "javascript" in answer.headers["Content-Type"]
    packed = asked(proxy, "/static/12345678/main.js", {"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == b"// collected"
    assert "process" in json.loads(asked(proxy, "/static/87654321/main.js").body)


def test_proxy_refuses_a_body_larger_than_any_form(proxy: Proxy) -> None:
    """Parlor has the same limit: Caddy forwards early, and may find the connection closed before it counts."""
    assert asked(proxy, "/", body=bytes(1_100_000)).status in {413, 502}


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)
def test_http_is_sent_to_https(proxy: Proxy) -> None:
    """Caddy redirects by itself on port 80, which no test can use."""
    with closing(HTTPConnection("127.0.0.1", proxy.http_port, timeout=60)) as connection:
        connection.request("GET", "/r/abc/", headers={"Host": NAME})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/r/abc/")


def test_pings_are_more_frequent_than_the_read_timeout_of_nginx() -> None:
    """The default of nginx is 60 s. Caddy has no such limit."""
    limits = Limits()
    [timeout_s] = re.findall(r"proxy_read_timeout (\d+)s;", (DEPLOY / "nginx.conf").read_text())
    assert limits.ping_s * 1.1 < limits.silent_s < 60 < int(timeout_s)
    assert "timeout" not in (DEPLOY / "Caddyfile").read_text()
