"""Tests that the shared cache works in the process while Redis is down, and returns to Redis by itself."""

import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from config import cache as module
from config.cache import SharedCache
from config.settings import _SHARED
from tests.services.ports import free_port
from tests.services.tools import missing


class Server:
    """A redis-server that can be stopped."""

    def __init__(self) -> None:
        self.port = free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), 200)) as client:
            client.ping()

    def cache(self) -> SharedCache:
        options: Any = _SHARED["OPTIONS"]
        return SharedCache(f"redis://127.0.0.1:{self.port}", {"OPTIONS": {**options, "socket_timeout": 0.05}})


@pytest.fixture
def server() -> Iterator[Server]:
    if missing(["redis"]):
        pytest.skip("no redis-server: apt install redis-server")
    server = Server()
    yield server
    server.process.kill()
    server.process.wait()
    SharedCache.asked_again_at = 0.0
    server.cache().local.clear()


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_shared_cache_counts_in_the_process_while_redis_is_away(
    server: Server, how: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    cache = server.cache()
    cache.clear()
    cache.set("tries", 1)
    server.process.send_signal(how)
    cache.set("tries", 2)
    assert cache.get("tries") == 2
    assert server.cache().incr("tries") == 3, "each thread has an object of its own"
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].exc_info is None


def test_shared_cache_asks_redis_again_after_a_while(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWAY_S", 0.0)
    cache = server.cache()
    cache.set("tries", 1)
    server.process.send_signal(signal.SIGSTOP)
    assert cache.get("tries") is None
    server.process.send_signal(signal.SIGCONT)
    while cache.get("tries") != 1:  # what was asked of it meanwhile is answered first
        pass
    assert SharedCache.asked_again_at == 0.0
