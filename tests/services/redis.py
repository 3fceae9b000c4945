"""Run a redis-server on a private port that writes nothing to disk."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.services.ports import free_port


@contextmanager
def redis_server() -> Iterator[str]:
    """Yield a REDIS_URL that answers."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="parlor-redis-") as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""]
        with subprocess.Popen([*command, "--loglevel", "warning"], stdout=subprocess.DEVNULL) as server:
            try:
                with Redis(port=port, retry=Retry(ConstantBackoff(0.05), 200)) as client:
                    client.ping()
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()
