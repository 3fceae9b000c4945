"""Fixtures: servers as they are deployed, on either database, and a tiny application behind the proxies of deploy/."""

import gzip
import json
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.chaos.database import Postgres
from tests.realtime.server.served import Serve
from tests.services.parlor import Parlor
from tests.services.proxies import NAME, PROXIES, Proxy
from tests.services.tools import advice, missing

HERE = "127.0.0.2"
BRISK = json.dumps({"rate": 100_000, "burst": 100_000})
"""No rate limit is ever reached."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite),
        pytest.param("postgresql", marks=pytest.mark.postgresql),
    ],
)
def parlor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parlor]:
    """Start a server on a database of its own. Tests leave it running, and make rooms of their own."""
    folder = tmp_path_factory.mktemp("parlor")
    if request.param == "sqlite":
        with Parlor(folder, REALTIME=BRISK) as parlor:
            yield parlor
        return
    database = Postgres(request.getfixturevalue("postgres_url"), f"deploy_{secrets.token_hex(6)}")
    database.create()
    with Parlor(folder, DATABASE_URL=database.url, REALTIME=BRISK) as parlor:
        yield parlor
    database.drop()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start two processes, which answer with what they know of the client."""
    site = Serve(tmp_path_factory.mktemp("site"), "--processes", "2", SHARED="yes", HTTPS="true")
    yield site.started()
    site.process.kill()
    site.process.communicate()


def started(name: str, upstream: int, folder: Path) -> Proxy:
    if absent := missing([name]):
        pytest.skip(advice(absent))
    (folder / "files/static/12345678").mkdir(parents=True)
    (folder / "files/static/12345678/main.js").write_text("// collected")
    (folder / "files/static/12345678/main.js.gz").write_bytes(gzip.compress(b"// collected"))
    return PROXIES[name](folder / "proxy", upstream, folder / "files")


def connection_to(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), source_address=(HERE, 0), timeout=60)


def opened(
    proxy: Proxy, path: str, headers: dict[str, str] | None = None, ping_interval: float | None = 20
) -> ClientConnection:
    url = f"wss://{NAME}:{proxy.port}{path}"
    return connect(
        url,
        sock=connection_to(proxy),
        ssl=proxy.trust,
        additional_headers=headers,
        open_timeout=60,
        ping_interval=ping_interval,
    )
