"""Parlor under test: a room prepared once, and for every run a fresh copy of it with a server over it."""

import json
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from bench.measure import Figures, measure
from bench.prepare import OPENED, SUBPROTOCOL, message
from bench.rows import Row
from bench.servers import BUILD, Target, free_port, run, started
from tests.services.environment import without_settings

LIFTED = {"rate": 1_000_000, "burst": 1_000_000}
"""the only limits that are not Parlor's own: a sender here says what a hundred people would"""
PORT = free_port()
"""one for all runs: it is in the name of the cookies that were prepared"""


class Scene(NamedTuple):
    """What a row needs prepared; rows that need the same share it."""

    people: int
    rooms: int
    history: int
    joiners: int
    missed: int


def scene_of(row: Row) -> Scene:
    """A room of a thousand does for fewer."""
    people = row.clients if row.joiners else max(row.clients, 1000)
    return Scene(people, row.rooms, row.history, row.joiners, row.missed)


@dataclass(frozen=True)
class Prepared:
    """A data folder and the clients' lines in it; `key` is the room."""

    folder: Path
    key: str

    @property
    def lines(self) -> Path:
        return self.folder / "clients.tsv"


def environment(folder: Path, **more: str) -> dict[str, str]:
    given = {"PARLOR_DATA": str(folder), "PORT": str(PORT), "DEBUG": "false", "LOG_LEVEL": "WARNING"}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "REALTIME": json.dumps(LIFTED)}
    return without_settings() | given | settings | more


@cache
def prepared(scene: Scene) -> Prepared:
    """Made by `prepare.py`; kept for the other runs of this session."""
    folder = BUILD / "data" / ("scene-" + "-".join(map(str, scene)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    prepare(folder, scene, environment(folder))
    return Prepared(folder, room_of(folder / "clients.tsv"))


def prepare(folder: Path, scene: Scene, given: dict[str, str]) -> None:
    wanted = {"clients": scene.people, "rooms": scene.rooms, "history": scene.history}
    wanted |= {"joiners": scene.joiners, "missed": scene.missed}
    told = [word for name, value in wanted.items() for word in (f"--{name}", str(value))]
    lines = run(sys.executable, "bench/prepare.py", "--base", f"http://127.0.0.1:{PORT}", *told, environment=given)
    (folder / "clients.tsv").write_text(lines)


def room_of(lines: Path) -> str:
    with lines.open() as file:
        hello = json.loads(file.readline().partition("\t")[2])
    return str(next(iter(hello["params"]["rooms"])))


def load(lines: Path, key: str) -> list[str]:
    """How the generator speaks to Parlor."""
    return ["-u", "/ws/", "-P", SUBPROTOCOL, "-o", OPENED, "-f", str(lines), "-m", message(key)]


@contextmanager
def serving(row: Row) -> Iterator[tuple[Target, Path]]:
    """A server over a copy of the row's scene, and the copy's folder."""
    scene = prepared(scene_of(row))
    folder = BUILD / "data" / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(scene.folder, folder)
    command = (sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{PORT}")
    try:
        with started(command, [("127.0.0.1", PORT)], environment(folder)) as pid:
            yield Target([f"127.0.0.1:{PORT}"], [pid], load(folder / "clients.tsv", scene.key)), folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stored(folder: Path) -> int:
    """Posts in the database, as event and as line."""
    with sqlite3.connect(f"file:{folder}/parlor.sqlite3?mode=ro", uri=True) as database:
        return int(database.execute(POSTED).fetchone()[0])


POSTED = """
    SELECT count(*) FROM realtime_event e JOIN chat_message m ON m.log_id = e.log_id AND m."offset" = e."offset"
    WHERE e.method = 'message.post'
"""


def measured(row: Row) -> Figures:
    with serving(row) as (target, folder):
        before = stored(folder)
        figures = measure(row, target)
        rows = stored(folder) - before
        return figures | {"rows": rows, "all_stored": rows == figures["acknowledged"]}


def version() -> str:
    packages = ", ".join(f"{name} {metadata.version(name)}" for name in ("channels", "daphne", "twisted"))
    return f"Python {platform.python_version()}, Django {metadata.version('django')}, {packages}"
