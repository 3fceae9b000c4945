import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.realtime.server.conftest import closing
from tests.realtime.server.served import REPOSITORY

Runserver = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def runserver(tmp_path: Path) -> Iterator[Runserver]:
    """Run it until the test ends; whatever the autoreloader starts belongs to its group."""
    running: list[subprocess.Popen[str]] = []
    environment = os.environ | {
        "DATABASE": str(tmp_path.resolve() / "parlor.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "tests.realtime.server.settings",
        "PYTHONUTF8": "1",
    }

    def runserver(*arguments: str, port: str = "8000") -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.realtime.server.manage", "runserver", *arguments],
            cwd=REPOSITORY,
            env=environment | {"PORT": port},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield runserver
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def banner_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Parlor is at"):
            return line.strip()
    raise AssertionError(process.communicate())


def port_of(process: "subprocess.Popen[str]") -> int:
    return int(banner_line(process).rstrip("/").rpartition(":")[2])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def test_runserver_prints_its_address_and_serves_there(runserver: Runserver) -> None:
    port = str(free_port())
    process = runserver("--noreload", port=port)
    assert banner_line(process) == f"Parlor is at http://127.0.0.1:{port}/"
    assert process.stdout
    assert process.stdout.readline() == f"Open once http://127.0.0.1:{port}/once\n"
    with connect(f"ws://127.0.0.1:{port}/echo") as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=30) == "hello"


def test_open_to_the_network_it_says_its_address_there_and_draws_it(runserver: Runserver) -> None:
    process = runserver("0.0.0.0:0", "--noreload")
    line = banner_line(process)
    port = line.rstrip("/").rpartition(":")[2]
    assert line == f"Parlor is at http://127.0.0.1:{port}/ and http://192.168.7.7:{port}/"
    assert process.stdout
    assert "█" in process.stdout.readline() + process.stdout.readline() + process.stdout.readline()


def test_terminated_it_says_goodbye_and_leaves(runserver: Runserver) -> None:
    process = runserver("0", "--noreload")
    with connect(f"ws://127.0.0.1:{port_of(process)}/echo") as websocket:
        process.terminate()
        assert closing(websocket) == (1012, "restart")
    assert process.wait(30) == 0


@pytest.mark.parametrize("reload", [["--noreload"], []], ids=["plain", "autoreload"])
def test_second_runserver_of_a_database_names_the_first(
    runserver: Runserver, tmp_path: Path, reload: list[str]
) -> None:
    first = runserver("127.0.0.1:0", "--noreload")
    banner_line(first)
    second = runserver("127.0.0.1:0", *reload)
    reason = f"Error: process {first.pid} already serves {tmp_path.resolve()}/parlor.sqlite3\n"
    assert reason in second.communicate(timeout=60)[1]
    assert second.returncode == 1


@pytest.mark.parametrize("reload", [["--noreload"], []], ids=["plain", "autoreload"])
def test_runserver_reports_a_port_in_use(runserver: Runserver, reload: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = runserver(f"127.0.0.1:{port}", *reload)
        assert f"Error: Couldn't listen on 127.0.0.1:{port}" in process.communicate(timeout=60)[1]
    assert process.returncode == 1


def test_autoreloader_child_holds_the_database(runserver: Runserver, tmp_path: Path) -> None:
    process = runserver("127.0.0.1:0")
    banner_line(process)
    serving = int((tmp_path / "parlor.sqlite3.serving").read_text())
    assert serving != process.pid
    assert os.getpgid(serving) == process.pid
