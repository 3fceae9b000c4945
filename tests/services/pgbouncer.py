"""Run PgBouncer with transaction pooling. Like any PgBouncer it refuses the start-up parameter `options`."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.services.ports import answers, free_port
from tests.services.postgres import owner


def program() -> str | None:
    """Return the path of PgBouncer; Debian keeps it outside the PATH of users."""
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")


@contextmanager
def pgbouncer(postgres_url: str) -> Iterator[str]:
    """Yield the URL of the same database behind a pooler with two server connections."""
    server, port = urlsplit(postgres_url), free_port()
    folder = Path(tempfile.mkdtemp(prefix="parlor-pgbouncer-"))
    lines = [
        "[databases]",
        f"* = host={server.hostname} port={server.port} user={server.username}",
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 2",
    ]
    (folder / "pgbouncer.ini").write_text("\n".join(lines))
    user = owner()
    if user:
        for path in (folder, folder / "pgbouncer.ini"):  # Parlor's umask lets nobody else read them
            shutil.chown(path, user)
    command = [str(program()), str(folder / "pgbouncer.ini")]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, user=user, stdout=subprocess.DEVNULL, stderr=log) as process,
    ):
        try:
            while not answers(port):
                if process.poll() is not None:
                    log.seek(0)
                    pytest.fail(f"PgBouncer did not start: {log.read().decode()}")
                time.sleep(0.05)
            yield server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
        finally:
            process.terminate()
            process.wait()
            shutil.rmtree(folder, ignore_errors=True)
