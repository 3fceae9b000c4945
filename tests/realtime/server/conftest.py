"""The tiny server in a process of its own."""

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.realtime.server.served import REPOSITORY, Serve, StartServe
from tests.services.memory import memory
from tests.services.processes import end

ANY_PORT = "tcp:port=0:interface=127.0.0.1"


class Tiny:
    """A running server. `until` reads what it prints."""

    def __init__(self, endpoint: str = ANY_PORT, hook: str = "none", files: int = 1024) -> None:
        self.process = subprocess.Popen(
            ["prlimit", f"--nofile={files}", sys.executable, "-m", "tests.realtime.server.tiny", endpoint, hook],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "Tiny":
        self.port = int(self.until("listening").split()[1])
        return self

    def __exit__(self, *_: object) -> None:
        end(self.process)
        self.process.communicate()

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    def until(self, word: str) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(word):
                return line
        raise AssertionError(f"it ended without “{word}”: {self.process.communicate()}")

    def memory(self, which: str) -> int:
        return memory(self.process.pid, which)

    def say(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def terminate(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)

    def left(self) -> tuple[int, str, str]:
        """Return the exit status, the output and the error output."""
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


def closing(websocket: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason of the close, which must come next."""
    with pytest.raises(ConnectionClosed) as closed:
        websocket.recv(timeout=30)
    assert closed.value.rcvd
    return closed.value.rcvd.code, closed.value.rcvd.reason


def facts(server: Tiny, path: str = "/", **headers: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    found: dict[str, Any] = json.load(connection.getresponse())
    connection.close()
    return found


def wait_until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.01)


Start = Callable[..., Tiny]


@pytest.fixture(scope="module")
def hurried() -> Iterator[Tiny]:
    """Start a server with timeouts of tenths of seconds."""
    with Tiny(hook="hurried") as tiny:
        yield tiny


@pytest.fixture(scope="module")
def server() -> Iterator[Tiny]:
    with Tiny() as tiny:
        yield tiny


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[StartServe]:
    """Start `serve` in the test's folder."""
    running: list[Serve] = []

    def serve(*arguments: str, fd: int | None = None, **environment: str) -> Serve:
        running.append(Serve(tmp_path, *arguments, fd=fd, **environment))
        return running[-1]

    yield serve
    for each in running:
        end(each.process)  # those it supervises leave with it
        each.process.communicate()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start servers that the test itself ends."""
    running: list[Tiny] = []

    def start(hook: str = "none") -> Tiny:
        running.append(Tiny(hook=hook).__enter__())
        return running[-1]

    yield start
    for tiny in running:
        tiny.__exit__()
