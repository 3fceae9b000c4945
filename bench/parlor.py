"""Run Parlor under test: a room is prepared once, and each run starts a server on a new copy of it."""

import json
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from bench import history
from bench.measure import Figures, measure
from bench.prepare import OPENED, SUBPROTOCOL, message
from bench.rows import Row
from bench.servers import BUILD, SERVER_CORE, Target, free_port, on_core, run, started
from bench.tab import Tab
from tests.services.environment import NO_QUOTAS, without_settings
from tests.services.postgres import postgres
from tests.services.redis import redis_server

LIFTED = {"rate": 1_000_000, "burst": 1_000_000}
"""Only the limits for posts are lifted: a sender here posts as much as a hundred people."""
DATA = BUILD / "data"
POSTS = """
    SELECT count(*) FROM realtime_event e JOIN chat_message m ON m.log_id = e.log_id AND m."offset" = e."offset"
    WHERE e.method = 'message.post'
"""


class Scene(NamedTuple):
    """A scene is what must be prepared for a row. Rows with equal needs share one."""

    people: int
    rooms: int
    history: int
    joiners: int
    missed: int
    postgres: bool


def scene_of(row: Row) -> Scene:
    """Return the scene of a row. A room of a thousand people serves for fewer too."""
    people = row.clients if row.joiners else max(row.clients, 1000)
    return Scene(people, row.rooms, row.history, row.joiners, row.missed, row.processes > 0)


@dataclass(frozen=True)
class Site:
    """A site is the servers over one database: their addresses, and the environment of Django."""

    target: Target
    folder: Path
    environment: dict[str, str]
    key: str

    def posts(self) -> int:
        """Count the posts that are in the database both as event and as message."""
        return int(self.rows(POSTS)[0][0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as postgres:
                return postgres.execute(sql.SQL(query)).fetchall()
        with closing(sqlite3.connect(f"file:{self.folder}/parlor.sqlite3?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()


@dataclass
class Parlor:
    """Prepare scenes and start servers; both live until the stack ends.

    All servers have the same port, because the names of the cookies contain it.
    """

    stack: ExitStack
    port: int = field(default_factory=free_port)
    scenes: dict[Scene, str] = field(default_factory=dict)
    services: tuple[str, str] | None = None
    limits: dict[str, Any] = field(default_factory=lambda: LIFTED)

    def measured(self, row: Row) -> Figures:
        with self.serving(row) as site:
            if row.is_history:
                return history.measured(row, site.target, site.folder / "clients.tsv", site.key)
            before = site.posts()
            if row.tab:
                with Tab(site.target.addresses[0], site.key, cookie_of(site.folder)) as tab:
                    figures = measure(row, site.target) | tab.seen(site.rows)
            else:
                figures = measure(row, site.target)
            stored = site.posts() - before
            return figures | {"rows": stored, "all_stored": stored == figures["acknowledged"]}

    @contextmanager
    def serving(self, row: Row) -> Iterator[Site]:
        """Start servers over a copy of the row's scene."""
        scene = scene_of(row)
        if scene not in self.scenes:
            self.scenes[scene] = self.prepare(scene)
        folder = DATA / "run"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder(scene), folder)
        given = self.environment(folder, self.database(scene, "run") if scene.postgres else None)
        hosts = [f"127.0.0.{place + 1}" for place in range(max(row.processes, 1))]
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            pids = [stack.enter_context(self.process(host, given)) for host in hosts]
            addresses = [f"{host}:{self.port}" for host in hosts]
            key = self.scenes[scene]
            yield Site(Target(addresses, pids, load(folder / "clients.tsv", key)), folder, given, key)

    @contextmanager
    def process(self, host: str, given: dict[str, str]) -> Iterator[int]:
        command = (sys.executable, "manage.py", "serve", "--bind", host, "--port", str(self.port))
        with started(command, (host, self.port), given) as pid:
            yield pid

    def folder(self, scene: Scene) -> Path:
        return DATA / ("scene-" + "-".join(str(int(value)) for value in scene))

    def prepare(self, scene: Scene) -> str:
        """Let `prepare.py` make the scene, and return the room's key."""
        folder = self.folder(scene)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        environment = self.environment(folder, self.database(scene, None) if scene.postgres else None)
        wanted = {"clients": scene.people, "rooms": scene.rooms, "history": scene.history}
        wanted |= {"joiners": scene.joiners, "missed": scene.missed}
        arguments = [word for name, value in wanted.items() for word in (f"--{name}", str(value))]
        base = f"http://127.0.0.1:{self.port}"
        lines = run(sys.executable, "bench/prepare.py", "--base", base, *arguments, environment=environment)
        (folder / "clients.tsv").write_text(lines)
        return str(next(iter(hello_of(folder)["params"]["rooms"])))

    def environment(self, folder: Path, database: str | None) -> dict[str, str]:
        environment = {"PARLOR_DATA": str(folder), "PORT": str(self.port), "DEBUG": "false", "LOG_LEVEL": "WARNING"}
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "REALTIME": json.dumps(self.limits)}
        settings |= {"QUOTAS": json.dumps(NO_QUOTAS), "TASKS_WORKER": "false"}  # the worker is measured apart
        if database:
            hosts = "127.0.0.1,127.0.0.2"
            settings |= {"DATABASE_URL": database, "REDIS_URL": self.started_services()[1], "ALLOWED_HOSTS": hosts}
        return without_settings() | environment | settings

    def database(self, scene: Scene, run: str | None) -> str:
        """Create an empty PostgreSQL database for the scene, or a copy of it for a run, and return its URL."""
        server = self.started_services()[0].rpartition("/")[0]
        original = self.folder(scene).name
        new = sql.Identifier(run or original)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as postgres:
            postgres.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
            template = sql.Identifier(original if run else "template1")
            postgres.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, template))
        return f"{server}/{run or original}"

    def started_services(self) -> tuple[str, str]:
        """Start PostgreSQL, which waits for its disk, and Redis on the server's core. Return their URLs."""
        if self.services is None:
            with on_core(SERVER_CORE):
                enter = self.stack.enter_context
                self.services = enter(postgres(durable=True)), enter(redis_server())
        return self.services


def load(lines: Path, key: str) -> list[str]:
    """Return the generator's options for Parlor."""
    return ["-u", "/ws/", "-P", SUBPROTOCOL, "-o", OPENED, "-f", str(lines), "-m", message(key)]


def hello_of(folder: Path) -> Any:
    with (folder / "clients.tsv").open() as lines:
        return json.loads(lines.readline().partition("\t")[2])


def cookie_of(folder: Path) -> tuple[str, str]:
    """Return the name and the value of the last person's cookie, which the generator does not use."""
    *_, last = (folder / "clients.tsv").read_text().splitlines()
    name, _, value = last.partition("\t")[0].removeprefix("Cookie: ").partition("=")
    return name, value


def version() -> str:
    packages = [f"{name} {metadata.version(name)}" for name in ("Django", "channels", "daphne", "Twisted")]
    return ", ".join([f"Python {platform.python_version()}", *packages, f"SQLite {sqlite3.sqlite_version}"])
