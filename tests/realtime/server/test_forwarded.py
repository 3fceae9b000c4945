"""Tests of the client's address behind proxies, which a client cannot forge."""

from typing import Any

import pytest

from realtime.server.forwarded import ForwardedMiddleware

pytestmark = pytest.mark.asyncio
PROXY = "10.0.0.9"


async def client(trusted: list[str], *lines: str, peer: str | None = PROXY, kind: str = "websocket") -> str | None:
    seen: dict[str, Any] = {}

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.update(scope)

    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {"type": kind, "headers": headers, "client": peer and [peer, 5000]}
    await ForwardedMiddleware(application, trusted)(scope, None, None)
    return seen["client"] and str(seen["client"][0])


@pytest.mark.parametrize("trusted", [[], ["0"]])
async def test_header_is_ignored_by_default(trusted: list[str]) -> None:
    assert await client(trusted, "192.0.2.1") == PROXY


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("hops", "lines", "found"),
    [
        ("1", ["192.0.2.1"], "192.0.2.1"),
        ("1", ["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        ("1", ["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
        ("2", ["6.6.6.6, 192.0.2.1, 10.0.0.8"], "192.0.2.1"),
        ("1", ["192.0.2.1:4711"], "192.0.2.1"),
        ("1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("1", [" 2001:DB8::1 "], "2001:db8::1"),
        ("2", ["192.0.2.1"], PROXY),
        ("1", [], PROXY),
        ("1", [""], PROXY),
        ("1", ["192.0.2.1, unknown"], PROXY),
        ("1", ["192.0.2.1, <script>"], PROXY),
    ],
)
async def test_client_is_so_many_hops_from_the_right(kind: str, hops: str, lines: list[str], found: str) -> None:
    assert await client([hops], *lines, kind=kind) == found


@pytest.mark.parametrize(
    ("lines", "peer", "found"),
    [
        (["192.0.2.1"], PROXY, "192.0.2.1"),
        (["6.6.6.6, 192.0.2.1, 10.1.2.3"], PROXY, "192.0.2.1"),
        (["10.0.0.1, 10.0.0.2"], PROXY, "10.0.0.1"),
        (["6.6.6.6"], "192.0.2.7", "192.0.2.7"),
        (["192.0.2.1"], None, "192.0.2.1"),
        (["192.0.2.1"], "::ffff:10.0.0.9", "192.0.2.1"),
        (["192.0.2.1, nobody"], PROXY, PROXY),
        ([], None, None),
    ],
)
async def test_client_is_the_first_from_the_right_that_is_no_proxy(
    lines: list[str], peer: str | None, found: str | None
) -> None:
    assert await client(["10.0.0.0/8", "fd00::/8"], *lines, peer=peer) == found


async def test_invalid_trusted_address_is_an_error_at_start() -> None:
    with pytest.raises(ValueError, match="proxy"):
        ForwardedMiddleware(None, ["my proxy"])
