"""Tests that a silent WebSocket stays open behind the proxies. It runs as a step of its own, beside others."""

import time
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.conftest import opened, started
from tests.realtime.server.served import Serve
from tests.services.proxies import PROXIES

SILENCE_S = 65
"""Proxies end a silent connection after 60 s by default."""


def test_websocket_of_a_silent_client_outlives_a_minute(upstream: Serve, tmp_path: Path) -> None:
    """The test waits for 65 s, once for both proxies.

    The client sends nothing by itself. It answers the server's pings, as every browser does. The pings keep the
    connection open, here as in Parlor.
    """
    with ExitStack() as stack:
        proxies = [stack.enter_context(started(name, upstream.port, tmp_path / name)) for name in sorted(PROXIES)]
        connections = [stack.enter_context(opened(proxy, "/echo", ping_interval=None)) for proxy in proxies]
        time.sleep(SILENCE_S)
        for connection in connections:
            connection.send("still here?")
            assert connection.recv(timeout=60) == "still here?"
