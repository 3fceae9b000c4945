"""Tests of the generator against real servers: all messages arrive everywhere, and acknowledged ones are on disk."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.measure import options
from bench.parlor import LIFTED, POSTS, load
from bench.rows import ALL, Row
from bench.servers import PEERS, ROOT, free_port, generator, started
from tests.services.parlor import Parlor

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler: apt install build-essential"),
]


def run(row: Row, address: str, *more: str) -> Any:
    command = [str(generator()), "-a", address, *options(row), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stderr.split() == ["READY", "BEGIN", "END"]
    return json.loads(done.stdout)


def test_messages_of_a_plain_room_arrive_at_all_clients() -> None:
    port = free_port()
    with started([sys.executable, str(PEERS / "websockets_room.py"), str(port)], ("127.0.0.1", port)):
        closed = run(Row("closed", "all at once", 20, 4, seconds=0.2), f"127.0.0.1:{port}")
        late = run(Row("late", "who comes late", 20, 4, rate=50, seconds=0.2, joiners=8), f"127.0.0.1:{port}")
    assert closed["arrived"] == 20 * closed["sent"] >= 80
    assert closed["closed"] == closed["refused"] == closed["acknowledged"] == 0
    assert 0 < closed["p50_ms"] <= closed["p99_ms"] <= closed["max_ms"]
    assert (late["residents"], late["joined"]) == (12, 8)


def test_parlor_stores_acknowledged_messages_and_replays_missed_ones_to_joiners(tmp_path: Path) -> None:
    with Parlor(tmp_path, REALTIME=json.dumps(LIFTED)) as parlor:
        key, lines = prepared(parlor, tmp_path)
        before = posts(tmp_path)
        address = parlor.url.removeprefix("http://")
        crowd = run(Row("crowd", "all at once", 20, 4, seconds=0.2), address, *load(lines, key), "-x", "2")
        back = Row("back", "who comes back", 20, 4, rate=20, seconds=0.2, joiners=8, missed=5)
        late = run(back, address, *load(lines, key))
        assert "Traceback" not in "".join(parlor.output)
    assert crowd["refused"] == crowd["closed"] == 0
    assert crowd["sent"] == crowd["acknowledged"] >= 4
    assert crowd["arrived"] == 20 * crowd["sent"], "a text and its HTML are one delivery"
    assert (late["joined"], late["came_again"]) == (8, 0)
    assert posts(tmp_path) - before == crowd["acknowledged"] + late["acknowledged"]


def prepared(parlor: Parlor, folder: Path) -> tuple[str, Path]:
    told = ["--clients", "20", "--base", parlor.url, "--history", "50", "--joiners", "8", "--missed", "5"]
    command = [sys.executable, "bench/prepare.py", *told]
    done = subprocess.run(command, cwd=ROOT, env=parlor.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = folder / "clients.tsv"
    lines.write_text(done.stdout)
    hellos = [json.loads(line.partition("\t")[2])["params"]["rooms"] for line in done.stdout.splitlines()]
    key = next(iter(hellos[0]))
    assert len(hellos) == 20
    assert hellos[0][key]["o"] - hellos[-1][key]["o"] == 5
    return key, lines


def posts(folder: Path) -> int:
    database = sqlite3.connect(f"file:{folder}/parlor.sqlite3?mode=ro", uri=True)
    count: int = database.execute(POSTS).fetchone()[0]
    database.close()
    return count


def test_generator_refuses_other_machines() -> None:
    done = subprocess.run([str(generator()), "-a", "192.0.2.1:80"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "loopback only: 192.0.2.1\n")


def test_rows_are_found_by_name() -> None:
    assert [row.name for row in ALL.values()] == list(ALL)
