"""Tests of the lab on real servers: ours, stock daphne, uvicorn. They differ as the pages say."""

import select
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.request import build_opener

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from lab.consumers import NOBODY
from lab.curl import KEY, TUTORIAL_KEY, curl
from tests.services.parlor import ROOT, Parlor

EVIL = "http://evil.example"
COMMANDS = {
    "daphne": ["daphne", "-b", "127.0.0.1", "-p"],
    "uvicorn": ["uvicorn", "--host", "127.0.0.1", "--lifespan", "off", "--port"],
}


class Other(Parlor):
    """Parlor's application on another server."""

    def __init__(self, folder: Path, module: str) -> None:
        super().__init__(folder, LAB="true", DEBUG="true")
        self.module = module

    def start(self) -> None:
        command = [sys.executable, "-m", *COMMANDS[self.module], str(self.port), "config.asgi:application"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        while not self._listens():
            assert self._process.poll() is None
            time.sleep(0.02)
        assert self._process.stdout
        self._reader = Thread(target=self._read_on, args=[self._process.stdout], daemon=True)
        self._reader.start()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of the database that all servers use in turn."""
    folder = tmp_path_factory.mktemp("parlor")
    Parlor(folder).manage("migrate", "--verbosity", "0")
    return folder


@pytest.fixture(scope="module", params=["ours", *COMMANDS])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[Parlor]:
    parlor = Parlor(folder, DEBUG="true") if request.param == "ours" else Other(folder, request.param)
    try:
        parlor.start()
        yield parlor
    finally:
        parlor.kill()
    assert "Traceback" not in "".join(parlor.output)


def at(server: Parlor, route: str, origin: str = "") -> ClientConnection:
    """Connect from a page of this origin, or of our own."""
    return connect(f"{server.url.replace('http', 'ws')}/ws/lab/{route}", origin=Origin(origin or server.url))


def is_daphne(server: Parlor) -> bool:
    return getattr(server, "module", "") == "daphne"


def closing(page: ClientConnection) -> tuple[int, str]:
    """Return code and reason of the server's close. Messages before it are skipped."""
    with suppress(ConnectionClosed):
        while True:
            page.recv(timeout=30)
    return page.close_code or 0, page.close_reason or ""


def test_server_echoes(server: Parlor) -> None:
    with at(server, "echo") as page:
        page.send("Hello, world!")
        assert page.recv(timeout=30) == "Received:  Hello, world!"
        page.send(b"\x00\xff")
        assert page.recv(timeout=30) == b"\x00\xff"


def test_large_message_is_closed_with_1009_and_a_reason_or_on_daphne_with_4009(server: Parlor) -> None:
    with at(server, "limits") as page:
        page.send("x" * 512)
        assert page.recv(timeout=30) == "x" * 512
        page.send("x" * 513)
        assert closing(page) == ((4009, "") if is_daphne(server) else (1009, "513 bytes, at most 512"))


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 4000, 4999])
def test_each_code_that_the_page_offers_arrives(server: Parlor, code: int) -> None:
    with at(server, "closing") as page:
        page.send(f"{code} 字字")
        moved = 3000 if is_daphne(server) and 1000 < code < 2000 else 0
        assert closing(page) == (code + moved, "" if is_daphne(server) else "字字")


def test_client_that_reads_no_flood_is_closed_when_the_server_reports_unsent_bytes(server: Parlor) -> None:
    with at(server, "limits") as page:
        page.send("flood")
        if isinstance(server, Other):
            assert str(page.recv(timeout=30)).startswith("no flood")
            return
        while not any("reads too little" in line for line in server.output):
            time.sleep(0.01)
        assert closing(page)[0] in {1008, 1006}  # it is cut if it does not answer the close within a second


def test_foreign_origin_is_accepted_on_the_open_route_and_refused_on_the_guarded_one(server: Parlor) -> None:
    with at(server, "open", EVIL) as page:
        assert page.recv(timeout=30) == NOBODY
    with pytest.raises(InvalidStatus) as refused, at(server, "guarded", EVIL):
        pass
    assert refused.value.response.status_code == 403
    with at(server, "guarded") as page:
        assert page.recv(timeout=30) == NOBODY


@pytest.mark.parametrize("server", ["ours", "uvicorn"], indirect=True)
def test_sender_waits_when_the_server_reads_nothing(server: Parlor) -> None:
    """Stock daphne is left out: it reads without limit."""
    with at(server, "updates") as page:
        page.send("slow")
        header = b"\x82\xff" + (128 * 1024).to_bytes(8, "big") + bytes(4)  # binary, masked with zeros
        page.socket.setblocking(False)
        unsent = memoryview((header + bytes(128 * 1024)) * 200)
        while unsent and select.select([], [page.socket], [], 1)[1]:
            unsent = unsent[page.socket.send(unsent) :]
        assert unsent


def status(server: Parlor, command: str) -> str:
    """Return the status that the command would get: its headers are sent over a socket."""
    words = shlex.split(command.replace("\\\n", ""))
    headers = [words[place + 1] for place, word in enumerate(words) if word == "--header"]
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        path = words[-1].removeprefix(server.url)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers, "", ""]
        raw.sendall("\r\n".join(lines).encode())
        return raw.makefile("rb").readline().decode().split()[1]


def test_key_of_the_tutorial_gets_400_and_a_key_of_sixteen_bytes_101(server: Parlor) -> None:
    assert status(server, curl(server.url, KEY)) == "101"
    assert status(server, curl(server.url, TUTORIAL_KEY)) == "400"


def test_page_shows_these_commands(server: Parlor) -> None:
    page = build_opener().open(f"{server.url}/lab/curl/").read().decode().replace("&quot;", '"')
    assert curl(server.url, KEY) in page
    assert curl(server.url, TUTORIAL_KEY) in page
