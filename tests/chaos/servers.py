"""Server processes that are killed and started again on the same port, and end with their site."""

import asyncio
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.database import Database, Postgres, Sqlite
from tests.services.environment import NO_QUOTAS
from tests.services.ports import free_port

START_S = 40
STOP_S = 30
ROOT = Path(__file__).parents[2]
REALTIME = {"rate": 2000, "burst": 4000, "signal_rate": 2000, "ring": 64, "replay": 300, "lagging_bytes": 81920}
"""Limits for clients in a closed loop. Small buffers make rare cases common in a short run."""


class Server:
    """A server process. `code` is the folder of the sources that it runs, of this commit or of another."""

    def __init__(self, port: int, environment: Mapping[str, str], log: Path, code: Path = ROOT) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.code = code
        self.name = name_of(port)
        self.log = log
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                django("runserver", "--noreload", f"127.0.0.1:{self.port}"),
                cwd=self.code,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Send SIGTERM and wait for the end."""
        if self._process:
            self._process.terminate()
            self._process.wait(STOP_S)
            self._process = None

    def manage(self, *arguments: str, code: Path | None = None) -> None:
        """Run a command on the database of the server, from these sources or from its own."""
        subprocess.run(django(*arguments), cwd=code or self.code, env=self._environment, check=True)

    async def until_it_answers(self) -> None:
        async with asyncio.timeout(START_S):
            while not await self._answers():  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        if self._process and self._process.poll() is not None:
            raise RuntimeError(f"the server ended by itself:\n{tail(self.log)}")
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(b"GET /realtime/token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return b" 401 " in await reader.readuntil(b"\r\n")
            finally:
                writer.close()
        return False


@dataclass(frozen=True)
class Site:
    """A database and the servers on it."""

    name: str
    database: Database
    servers: list[Server]

    async def start(self) -> None:
        for server in self.servers:
            server.start()
        await asyncio.gather(*(server.until_it_answers() for server in self.servers))

    def logs(self) -> str:
        return "\n".join(tail(server.log) for server in self.servers)

    def failures(self) -> str:
        """Return each traceback of the logs, with the lines around it."""
        texts = [server.log.read_text(errors="replace") for server in self.servers]
        found = [match.start() for text in texts for match in re.finditer(r"Traceback \(most recent", text)]
        return "\n".join(text[max(0, at - 500) : at + 4000] for text in texts for at in found[:3])

    def tracebacks(self) -> int:
        return sum(server.log.read_text(errors="replace").count("Traceback (most recent") for server in self.servers)


@contextmanager
def sqlite_site(mutant: str = "", more: Callable[[Path], dict[str, str]] = lambda data: {}) -> Iterator[Site]:
    """Start a server with the channel layer in memory. `more` gives further environment for a data folder."""
    with folder() as data:
        database = Sqlite(str(data / "parlor.sqlite3"))
        with site("sqlite", database, 1, data, environment(data, database, "", mutant) | more(data)) as made:
            yield made


@contextmanager
def postgres_site(postgres_url: str, redis_url: str, mutant: str = "", code: Path = ROOT) -> Iterator[Site]:
    """Start two servers over Redis."""
    database = Postgres(postgres_url, f"chaos_{secrets.token_hex(6)}")
    database.create()
    try:
        with (
            folder() as data,
            site("postgres", database, 2, data, environment(data, database, redis_url, mutant), code) as made,
        ):
            yield made
    finally:
        database.drop()


@contextmanager
def site(
    name: str, database: Database, count: int, data: Path, environment: Mapping[str, str], code: Path = ROOT
) -> Iterator[Site]:
    subprocess.run(django("migrate", "--verbosity", "0"), cwd=code, env=environment, check=True)
    if environment["PARLOR_MUTANT"]:
        subprocess.run([sys.executable, "-m", "tests.chaos.mutants"], env=environment, check=True)
    ports = [free_port() for _ in range(count)]
    servers = [Server(port, named(environment, port), data / f"server-{port}.log", code) for port in ports]
    try:
        yield Site(name, database, servers)
    finally:
        for server in servers:
            server.kill()


@contextmanager
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="parlor-chaos-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def environment(data: Path, database: Database, redis_url: str, mutant: str) -> dict[str, str]:
    """`PORT` names the cookies: servers behind one address share it."""
    settings = "tests.chaos.mutant_settings" if mutant else "config.settings"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "PARLOR_MUTANT": mutant,
        "PARLOR_DATA": str(data),
        "DATABASE_URL": database.url,
        "REDIS_URL": redis_url,
        "REALTIME": json.dumps(REALTIME),
        "QUOTAS": json.dumps(NO_QUOTAS),
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "PYTHONUNBUFFERED": "1",
        "STAFF_MFA": "false",
    }


def name_of(port: int) -> str:
    return f"server-{port}"


def named(environment: Mapping[str, str], port: int) -> Mapping[str, str]:
    """Name the connections of this server, for `pg_stat_activity`."""
    url = environment["DATABASE_URL"]
    return (
        environment if "sqlite" in url else {**environment, "DATABASE_URL": f"{url}?application_name={name_of(port)}"}
    )


def django(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "django", *arguments]


def tail(path: Path, size: int = 4000) -> str:
    return path.read_text(errors="replace")[-size:] if path.exists() else ""
