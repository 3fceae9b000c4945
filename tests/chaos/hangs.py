"""Make something hang within a context manager, and let it go on afterwards in any case."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import psycopg
from redis import Redis

from tests.chaos.servers import Server

TRIES = 400
"""The attempts to stop a worker within a transaction."""

Hang = Callable[[Random], AbstractContextManager[str]]
"""A context manager within which something hangs; it yields a description."""


@contextmanager
def stopped(*processes: int) -> Iterator[None]:
    """Send SIGSTOP, and SIGCONT at the end."""
    try:
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def postgres_hang(url: str) -> Hang:
    """Stop the server and the processes of its connections."""
    with psycopg.connect(url) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()
    assert folder
    postmaster = int((Path(folder[0]) / "postmaster.pid").read_text().split()[0])

    @contextmanager
    def hang(_: Random) -> Iterator[str]:
        with stopped(postmaster), stopped(*children(postmaster)):
            yield ""

    return hang


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def redis_hang(url: str) -> Hang:
    with Redis.from_url(url) as client:
        process = int(client.info("server")["process_id"])

    @contextmanager
    def hang(_: Random) -> Iterator[str]:
        with stopped(process):
            yield ""

    return hang


def worker_hang(url: str, server: Server) -> Hang:
    """Stop a process of two, every other time within a transaction, whose locks it then keeps."""
    turns = iter(range(10**6))

    @contextmanager
    def hang(random: Random) -> Iterator[str]:
        process = server.pid
        if next(turns) % 2:
            with stopped(process):
                yield "anywhere"
            return
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(TRIES):
                with stopped(process):
                    if _holds_locks(connection, server):
                        yield "in a transaction"
                        return
                time.sleep(random.uniform(0, 0.01))
        raise RuntimeError("the worker was never met within a transaction")

    return hang


def _holds_locks(connection: "psycopg.Connection[tuple[int]]", server: Server) -> bool:
    """Return whether a transaction of this stopped server keeps a room locked: its last answer was on its way."""
    query = (
        "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE a.application_name = %s"
        " AND a.state = 'idle in transaction' AND l.relation = 'realtime_log'::regclass AND l.mode = 'RowShareLock'"
    )
    time.sleep(0.02)
    [count] = connection.execute(query, [server.name]).fetchone() or [0]
    return bool(count)


def disk_hang(file: Path) -> Hang:
    """No fsync of a server that runs with `hung_disk` preloaded returns."""

    @contextmanager
    def hang(_: Random) -> Iterator[str]:
        file.touch()
        try:
            yield ""
        finally:
            file.unlink()

    return hang


def hung_disk(folder: Path) -> dict[str, str]:
    """Build the library; return what a server's environment needs."""
    library = folder / "hung_disk.so"
    source = Path(__file__).parent / "hung_disk.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "HANG_FILE": str(folder / "hang")}


def lock_hang(url: str) -> Hang:
    """Hold the write lock, like a tool of SQLite that does not end its transaction."""

    @contextmanager
    def hang(_: Random) -> Iterator[str]:
        path = urlsplit(url).path.removeprefix("/")
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield ""

    return hang
