"""Behind the proxies a WebSocket lives on however long nobody says anything. A step of its own, beside others."""

import time
from contextlib import ExitStack
from pathlib import Path

from tests.deploy.conftest import opened, started
from tests.realtime.server.served import Serve
from tests.services.proxies import PROXIES

SILENCE_S = 65
"""proxies end a silent line after 60 s, unless they are told not to"""


def test_a_websocket_on_which_the_client_says_nothing_outlives_a_minute(upstream: Serve, tmp_path: Path) -> None:
    """That time passes is the claim: 65 s, once for both proxies.

    The client asks nothing and pings nobody. It answers the server's pings, as every browser does by itself: they are
    how a line is kept, here as in Parlor.
    """
    with ExitStack() as stack:
        proxies = [stack.enter_context(started(name, upstream.port, tmp_path / name)) for name in sorted(PROXIES)]
        lines = [stack.enter_context(opened(proxy, "/echo", ping_interval=None)) for proxy in proxies]
        time.sleep(SILENCE_S)
        for line in lines:
            line.send("still here?")
            assert line.recv(timeout=60) == "still here?"
