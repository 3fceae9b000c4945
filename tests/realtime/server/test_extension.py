"""Ready frames on a real socket: in order among all others, none split, also over TLS."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.realtime.server.conftest import Tiny
from tests.services.authority import Certificate, certificate


@pytest.fixture
def made(tmp_path: Path) -> Certificate:
    return certificate("localhost", tmp_path)


@pytest.fixture
def encrypted(made: Certificate) -> Iterator[Tiny]:
    with Tiny(f"ssl:0:interface=127.0.0.1:privateKey={made.key}:certKey={made.chain}") as tiny:
        yield tiny


def reads_mixed(url: str, context: ssl.SSLContext | None = None) -> None:
    with connect(f"{url}/mixed", ssl=context, max_queue=None, max_size=None) as websocket:
        lines = [str(websocket.recv(timeout=30)) for _ in range(2000)]
        assert lines == [f"{number} {'x' * 2000}" for number in range(2000)]
        while len(last := websocket.recv(timeout=30)) == 8_000_000:
            pass
        assert last == "bounded: False"


def test_ready_frames_and_others_arrive_whole_and_in_order(server: Tiny) -> None:
    """The test fails, too, when Twisted has lost its private attributes."""
    reads_mixed(server.ws)


@pytest.fixture
def deflating() -> Iterator[Tiny]:
    with Tiny(hook="deflate") as tiny:
        yield tiny


def test_ready_frames_are_compressed_when_negotiated(deflating: Tiny) -> None:
    reads_mixed(deflating.ws)
    with connect(f"{deflating.ws}/mixed", compression=None) as websocket:
        assert str(websocket.recv(timeout=30)) == f"0 {'x' * 2000}"


def test_ready_frames_and_others_arrive_in_order_over_tls(encrypted: Tiny, made: Certificate) -> None:
    context = ssl.create_default_context(cafile=str(made.authority))
    reads_mixed(encrypted.ws.replace("ws://127.0.0.1", "wss://localhost"), context)
