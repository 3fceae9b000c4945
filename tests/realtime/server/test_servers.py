"""The real application behind our server, stock daphne and uvicorn: the same, but for what is named here."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.typing import Origin

from tests.client import TIMEOUT_S, Client, Guest, SocketWire, cid
from tests.realtime.server.raw import KEY, UPGRADE, VERSION, Answer, handshake
from tests.services.parlor import SERVERS, Parlor

pytestmark = pytest.mark.asyncio
PUBLIC = "9.9.9.9"

REASONS = {"parlor", "uvicorn"}
"""Servers that send the reason in close frames."""
STATUSES = {"parlor", "uvicorn"}
"""Servers that deny a handshake with the application's status; others answer 403."""
EMPTY_FRAMES = {"parlor", "uvicorn"}
"""Servers that send empty frames."""
GOODBYE = {"parlor"}
"""Servers that drain at SIGTERM."""


class Site:
    """A Parlor on one of the servers."""

    def __init__(self, name: str, parlor: Parlor) -> None:
        self.name, self.parlor = name, parlor
        self.tabs: list[Client] = []

    async def tab(self, person: str) -> Client:
        guest = Guest(self.parlor.url, person)
        await asyncio.to_thread(guest.enter)
        return await self.tab_of(guest)

    async def tab_of(self, guest: Guest, **rooms: Any) -> Client:
        wire = await SocketWire.open(self.parlor.url, guest.cookie_header, await asyncio.to_thread(guest.token))
        assert wire.socket.subprotocol == "parlor.v1"
        client = Client(wire)
        self.tabs.append(client)
        client.greeting = await client.hello(**rooms)  # type: ignore[attr-defined]
        return client


@pytest.fixture(scope="module", params=list(SERVERS))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Parlor]]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    settings = {"ECHO": "true", "TRUSTED_PROXIES": "1", "REALTIME": json.dumps({"address_connections": 2})}
    with Parlor(folder, request.param, DATABASE_URL=f"sqlite:///{folder / 'parlor.sqlite3'}", **settings) as parlor:
        yield request.param, parlor


@pytest_asyncio.fixture
async def site(running: tuple[str, Parlor]) -> AsyncIterator[Site]:
    site = Site(*running)
    yield site
    for tab in site.tabs:
        await tab.wire.close()


def get(site: Site, path: str) -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", site.parlor.port, timeout=TIMEOUT_S)
    line.request("GET", path)
    answer = line.getresponse()
    found = answer.status, answer.read()
    line.close()
    return found


async def test_message_reaches_others_and_a_client_that_resumes(site: Site) -> None:
    jonas = Guest(site.parlor.url, "Jonas")
    await asyncio.to_thread(jonas.enter)
    mei, reader = await site.tab("Mei"), await site.tab_of(jonas)
    lounge = mei.greeting["rooms"][0]["key"]  # type: ignore[attr-defined]
    for each in (mei, reader):
        await each.request("room.open", room=lounge, position=None)
    first = await mei.request("message.post", room=lounge, cid=cid(), text="hello")
    event = await reader.event(lounge, first["o"])
    await reader.wire.close()
    missed = [await mei.request("message.post", room=lounge, cid=cid(), text=f"line {n}") for n in range(3)]
    again = await site.tab_of(jonas, **{lounge: {"o": event["o"], "t": event["t"]}})
    for each in missed:
        await again.event(lounge, each["o"])


async def test_close_has_its_code(site: Site) -> None:
    client = await site.tab("Ann")
    wire: Any = client.wire
    await wire.socket.send(b"\0")
    close = await client.bye()
    assert close.code == 4015
    assert close.reason == ("binary" if site.name in REASONS else "")
    assert client.notifications[-1]["params"]["reason"] == "binary"


@pytest.mark.parametrize(
    ("path", "origin", "status"), [("/ws/nowhere", True, 404), ("/ws/", False, 403)], ids=["nowhere", "foreign"]
)
async def test_handshake_is_denied_with_its_status(site: Site, path: str, origin: bool, status: int) -> None:
    page = f"Origin: {site.parlor.url}" if origin else "Origin: http://evil.example"
    host = f"Host: 127.0.0.1:{site.parlor.port}"
    answer = await asyncio.to_thread(asked, site, host, page, path=path)
    assert answer.status == (status if site.name in STATUSES else 403)


async def test_public_address_has_a_connection_limit_also_behind_a_proxy(site: Site) -> None:
    lines = [f"Host: 127.0.0.1:{site.parlor.port}", f"Origin: {site.parlor.url}"]
    headers = {"X-Forwarded-For": f"8.8.8.8, {PUBLIC}"}
    url, origin = f"ws://127.0.0.1:{site.parlor.port}/ws/", Origin(site.parlor.url)
    async with (
        connect(url, origin=origin, additional_headers=headers, proxy=None),
        connect(url, origin=origin, additional_headers=headers, proxy=None),
    ):
        answer = await asyncio.to_thread(asked, site, *lines, f"X-Forwarded-For: 1.1.1.1, {PUBLIC}")
        assert answer.status == (429 if site.name in STATUSES else 403)
        other = await asyncio.to_thread(asked, site, *lines, f"X-Forwarded-For: {PUBLIC}, 8.8.4.4")
        assert other.status == 101


def asked(site: Site, *lines: str, path: str = "/ws/") -> Answer:
    return handshake(site.parlor.port, *UPGRADE, VERSION, KEY, *lines, path=path)


async def test_echo_returns_text_and_binary_unchanged(site: Site) -> None:
    async with connect(f"ws://127.0.0.1:{site.parlor.port}/ws/echo", proxy=None, max_size=None) as echo:
        for content in ("text 人", b"\x00\xff", "x" * 200_000, bytes(256 * 1024)):
            await echo.send(content)
            assert await echo.recv() == content
        await echo.send(["in ", "", "parts"])
        assert await echo.recv() == "in parts"
        if site.name in EMPTY_FRAMES:
            for empty in ("", b""):
                await echo.send(empty)
                assert await echo.recv() == empty


async def test_health_checks_answer_any_host(site: Site) -> None:
    assert await asyncio.to_thread(get, site, "/healthz") == (200, b"alive\n")
    assert await asyncio.to_thread(get, site, "/readyz") == (200, b"ready\n")


async def test_terminated_it_says_goodbye_where_the_server_lets_it(site: Site) -> None:
    """The last one here: the next starts it again."""
    client = await site.tab("Bo")
    stopping = asyncio.create_task(asyncio.to_thread(site.parlor.stop))
    close = await client.bye()
    await stopping
    assert (close.code == 4103) == (site.name in GOODBYE)
    await asyncio.to_thread(site.parlor.start)
